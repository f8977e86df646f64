/** The data sets of the paper's tables, in the order of their columns. */

export interface TableSet {
  /** As cases have it. */
  source: string;
  title: string;
  /** Test items of the paper: derived from the averages of its tables, and for OOD stated in its Table 7. */
  items: number;
}

/** Tables 2 to 5, in distribution: 8,390 items. */
export const idSets: readonly TableSet[] = [
  { source: 'bcn20000', title: 'BCN20000', items: 2484 },
  { source: 'ham10000', title: 'HAM10000', items: 1511 },
  { source: 'pad-ufes-20', title: 'PAD-UFES-20', items: 461 },
  { source: 'derm12345', title: 'DERM12345', items: 2485 },
  { source: 'derm7pt', title: 'Derm7pt', items: 773 },
  { source: 'dermnet', title: 'DermNet', items: 676 },
];

/** Tables 2 and 4, out of distribution: 3,652 items of OmniMedVQA. */
export const oodSets: readonly TableSet[] = [
  { source: 'omnimedvqa/isbi2016', title: 'ISBI 2016', items: 476 },
  { source: 'omnimedvqa/isic2018', title: 'ISIC 2018', items: 173 },
  { source: 'omnimedvqa/isic2019', title: 'ISIC 2019', items: 1637 },
  { source: 'omnimedvqa/isic2020', title: 'ISIC 2020', items: 1212 },
  { source: 'omnimedvqa/monkeypox2022', title: 'Monkeypox 2022', items: 154 },
];

const place = new Map([...idSets, ...oodSets].map(({ source }, i) => [source, i]));

/** Of a column; the source itself where the paper has none. */
export const titleOfSet = (source: string): string =>
  [...idSets, ...oodSets].find((set) => set.source === source)?.title ?? source;

/** The paper's sets in its order, then all others by name. */
export const setOrder = (a: string, b: string): number =>
  (place.get(a) ?? place.size) - (place.get(b) ?? place.size) || (a < b ? -1 : Number(a > b));

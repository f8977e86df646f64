/** How many cases each diagnosis and each lesion condition has in each split. */

import { splits } from '../../../domain/cases/case.ts';
import { malignancies } from '../../../domain/knowledge/malignancy.ts';
import { conditionNames } from '../../../domain/questions/tags.ts';
import type { CasesCard } from '../../../domain/report/parts.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

const rowHeight = 24;
const namedDiagnoses = 24;
const splitNames = { train: 'training', validation: 'validation', test: 'test' } as const;

interface Row {
  name: string;
  train: number;
  validation: number;
  test: number;
}

/** The most frequent diagnoses by name, the rest as one row. */
export function diagnosisChart({ diagnoses }: Pick<CasesCard, 'diagnoses'>, width: ChartWidth): ChartSpec | null {
  const rest = diagnoses.slice(namedDiagnoses);
  const rows = diagnoses.slice(0, namedDiagnoses).map((row) => ({ ...row, name: row.diagnosis }));
  const others = rest.length > 0 ? [sum(`${rest.length} other diagnoses`, rest)] : [];
  return countChart([...rows, ...others], width);
}

export const conditionChart = ({ diagnoses }: Pick<CasesCard, 'diagnoses'>, width: ChartWidth): ChartSpec | null =>
  countChart(
    malignancies.map((malignancy) =>
      sum(
        conditionNames[malignancy],
        diagnoses.filter((row) => row.malignancy === malignancy),
      ),
    ),
    width,
  );

const modalityNames = { dermoscopic: 'dermoscopic', clinical: 'clinical photograph', unknown: 'not stated' } as const;

export const modalityChart = ({ modalities }: Pick<CasesCard, 'modalities'>, width: ChartWidth): ChartSpec | null =>
  countChart(
    modalities.map(({ modality, ...row }) => ({ ...row, name: modalityNames[modality] })),
    width,
  );

/** Images left after each step of DermNet's filter. Null without that set. */
export function funnelChart({ funnel }: Pick<CasesCard, 'funnel'>, width: ChartWidth): ChartSpec | null {
  if (funnel.length === 0) return null;
  const x = { field: 'images', type: 'quantitative', title: 'Images (number)' } as const;
  const axis = { title: null, ticks: false, domain: false, labelLimit: width === 'wide' ? 0 : 120 } as const;
  const y = { field: 'name', type: 'nominal', sort: funnel.map(({ name }) => name), axis } as const;
  return {
    data: { values: funnel.map((step) => ({ ...step })) },
    width: chartWidths[width],
    height: rowHeight * funnel.length + 70,
    autosize: { type: 'fit', contains: 'padding' },
    layer: [{ mark: { type: 'bar', height: 14, color: series[0] ?? colours.ink }, encoding: { y, x } }],
  };
}

const sum = (name: string, rows: readonly Omit<Row, 'name'>[]): Row => {
  const of = (split: (typeof splits)[number]): number => rows.reduce((total, row) => total + row[split], 0);
  return { name, train: of('train'), validation: of('validation'), test: of('test') };
};

/** Null without a case. */
function countChart(rows: readonly Row[], width: ChartWidth): ChartSpec | null {
  const values = rows.flatMap((row) =>
    splits.map((split, order) => ({ name: row.name, split: splitNames[split], order, cases: row[split] })),
  );
  if (values.every(({ cases }) => cases === 0)) return null;
  const domain = splits.map((split) => splitNames[split]);
  return {
    data: { values },
    width: chartWidths[width],
    height: rowHeight * rows.length + (width === 'wide' ? 95 : 130),
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      {
        mark: { type: 'bar', height: 14 },
        encoding: {
          y: {
            field: 'name',
            type: 'nominal',
            sort: rows.map(({ name }) => name),
            axis: { title: null, ticks: false, domain: false, labelLimit: width === 'wide' ? 0 : 120 },
          },
          x: { field: 'cases', type: 'quantitative', title: 'Cases (number)', axis: { tickMinStep: 1, format: ',d' } },
          color: {
            field: 'split',
            type: 'nominal',
            scale: { domain, range: domain.map((_, i) => series[i] ?? colours.ink) },
            legend: { columns: width === 'wide' ? domain.length : 1 },
          },
          order: { field: 'order' },
        },
      },
    ],
  };
}

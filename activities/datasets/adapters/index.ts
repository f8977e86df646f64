/** Every data set that Dermflow reads, by the name that recipes and `dermflow data` use. */
import type { AdapterName } from '../../../domain/recipe/data.ts';
import type { DatasetAdapter } from '../records/record.ts';
import { readBcn20000 } from './bcn20000.ts';
import { readDdi } from './ddi.ts';
import { readDerm7pt } from './derm7pt.ts';
import { readDerm12345 } from './derm12345.ts';
import { readDermNet } from './dermnet.ts';
import { readFitzpatrick17k } from './fitzpatrick17k.ts';
import { readHam10000 } from './ham10000.ts';
import { readIsicArchive } from './isic/isic-archive.ts';
import { readIsic2018 } from './isic/isic2018.ts';
import { readIsic2019 } from './isic/isic2019.ts';
import { readIsic2020 } from './isic/isic2020.ts';
import { readOmniMedVqa } from './omnimedvqa.ts';
import { readPadUfes20 } from './pad-ufes-20.ts';
import { readSkinCon } from './skincon.ts';
import { readTextbook } from './textbook.ts';

export const adapters: Readonly<Record<AdapterName, DatasetAdapter>> = {
  bcn20000: readBcn20000,
  ddi: readDdi,
  derm12345: readDerm12345,
  derm7pt: readDerm7pt,
  dermnet: readDermNet,
  fitzpatrick17k: readFitzpatrick17k,
  ham10000: readHam10000,
  isic2018: readIsic2018,
  isic2019: readIsic2019,
  isic2020: readIsic2020,
  'isic-archive': readIsicArchive,
  omnimedvqa: readOmniMedVqa,
  'pad-ufes-20': readPadUfes20,
  skincon: readSkinCon,
  textbook: readTextbook,
};

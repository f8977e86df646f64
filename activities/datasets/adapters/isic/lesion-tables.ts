/**
 * Tables of the ISIC challenges that say which lesion a picture of the archive shows. Laid beside any set, they tie its
 * pictures to those of other sets: `ISIC_2019_Training_Metadata.csv` beside BCN20000's files from Figshare says which
 * of the archive's pictures show its lesions.
 */
import type { Link } from '../../../../domain/cases/groups.ts';
import type { AdapterName } from '../../../../domain/recipe/data.ts';
import { openFolder } from '../../opening/folder.ts';
import { readTable } from '../../opening/table.ts';
import { findTable } from '../../opening/tables.ts';
import { isicIds } from './isic-codes.ts';

/** Their names without ending. */
export const lesionTables = ['ISIC_2019_Training_Metadata', 'ISIC2018_Task3_Training_LesionGroupings'];
/** These read their tables themselves. */
const ownReaders: readonly AdapterName[] = ['isic2018', 'isic2019'];

export async function* readLesionTables({
  folder,
  adapter,
  except = [],
}: {
  folder: string;
  adapter: AdapterName;
  except?: readonly string[];
}): AsyncGenerator<Link> {
  if (ownReaders.includes(adapter)) return;
  const files = await openFolder(folder, { except });
  try {
    for (const name of lesionTables) {
      const table = await findTable(files, [name]);
      if (table === null) continue;
      for await (const row of readTable(table, ['image', 'lesion_id'])) {
        const [image, lesion] = [row.get('image'), row.get('lesion_id')];
        if (image !== '' && lesion !== '') yield { group: `lesion/${lesion}`, archiveIds: isicIds(image), images: [] };
      }
    }
  } finally {
    files.close();
  }
}

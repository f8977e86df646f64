/** Whether a lesion is malignant, as the taxonomy says of its nodes. */
import { z } from 'zod';

/** b* of Eq. 8; the malignancy at the finest level of the taxonomy. */
export const malignancies = ['benign', 'malignant', 'precancerous_in_situ'] as const;
export const malignancySchema = z.enum(malignancies);
export type Malignancy = z.infer<typeof malignancySchema>;

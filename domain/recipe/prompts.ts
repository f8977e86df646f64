/** How a language model is asked. */
import { z } from 'zod';

/** Wording of P1 to P6: `paper` for real models, `compact` for the tiny one's small vocabulary. */
export const promptsSchema = z.enum(['paper', 'compact']);

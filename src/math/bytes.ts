/** One mebibyte, the unit budgets are usually written in. */
export const KiB = 1024;
export const MiB = 1024 * 1024;
/** One gibibyte. */
export const GiB = 1024 * MiB;

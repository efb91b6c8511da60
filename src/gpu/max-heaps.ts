/** Apart from the bricks, whose code is fetched when a GPU is used. */

/** Heaps that a shader can bind. */
export const maxHeaps = 4;

/** Work of the page, one piece at a time: pictures are rendered in turn, and the page stays free between them. */
export class Queue<Owner> {
  readonly #waiting = new Map<Owner, () => Promise<void>>();
  #isBusy = false;

  /** Asks for work; it takes the place of work of the same owner that has not begun. `"first"`: before all others. */
  add(owner: Owner, work: () => Promise<void>, place: "first" | "last" = "last"): void {
    const others = [...this.#waiting].filter(([other]) => other !== owner);
    this.#waiting.clear();
    const all = place === "first" ? [[owner, work] as const, ...others] : [...others, [owner, work] as const];
    for (const [each, its] of all) this.#waiting.set(each, its);
    void this.#run();
  }

  /** Forgets work that has not begun; tells whether there was any. */
  remove(owner: Owner): boolean {
    return this.#waiting.delete(owner);
  }

  async #run(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [owner, work] = next;
      this.#waiting.delete(owner);
      await work();
    }
    this.#isBusy = false;
  }
}

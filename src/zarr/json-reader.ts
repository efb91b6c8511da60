/**
 * A JSON parser for documents nobody vouches for: bounded in depth and number of values, exact for large integers,
 * and with objects that inherit nothing.
 *
 * Source: RFC 8259; beyond it, the words `NaN` and `±Infinity` that Python's `json` writes.
 */

const MAX_DEPTH = 64;
const MAX_VALUES = 200_000;
/** Exact decimals of any double, with room to spare. */
const MAX_NUMBER_CHARACTERS = 1200;

/** What is wrong with a text, and where. */
export class JsonFault extends Error {
  override readonly name = "JsonFault";

  /** @param isLimit the text may be sound, but is beyond what is read here. */
  constructor(
    message: string,
    readonly isLimit = false,
  ) {
    super(message);
  }
}

/**
 * Parses a text.
 *
 * @returns objects without a prototype; integers beyond ±(2⁵³ − 1) as decimal strings, exactly; bare `NaN` and
 * `±Infinity` as strings.
 * @throws JsonFault
 */
export function parseJsonText(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const words: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  NaN: "NaN",
  Infinity: "Infinity",
  "-Infinity": "-Infinity",
};

const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const integerForm = /^-?\d+$/;

/** Letters, digits, and what else numbers are written with. */
function isTokenCode(code: number): boolean {
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2b || code === 0x2e;
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new JsonFault(`it is nested more than ${MAX_DEPTH} deep`, true);
    if (++this.#values > MAX_VALUES) throw new JsonFault(`it has more than ${MAX_VALUES} values`, true);
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#wordOrNumber();
    }
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault("the end");
  }

  #object(depth: number): unknown {
    const members = Object.create(null) as Record<string, unknown>;
    this.#at++;
    this.#space();
    if (this.#take("}")) return members;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#fault("a name in quotes");
      const name = this.#string();
      if (name in members) throw new JsonFault(`the name ${JSON.stringify(name.slice(0, 40))} comes twice`);
      this.#space();
      if (!this.#take(":")) throw this.#fault('":"');
      members[name] = this.value(depth + 1);
      this.#space();
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#fault('"," or "}"');
    return members;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#take("]")) return items;
    do {
      items.push(this.value(depth + 1));
      this.#space();
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#fault('"," or "]"');
    return items;
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    let isPlain = true;
    for (; ; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === 0x22) break;
      if (Number.isNaN(code) || code < 0x20) throw this.#fault("a string without control characters");
      if (code === 0x5c) {
        isPlain = false;
        end++;
      }
    }
    this.#at = end + 1;
    if (isPlain) return this.#text.slice(start + 1, end);
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      this.#at = start;
      throw this.#fault("a string with known escapes");
    }
  }

  #wordOrNumber(): unknown {
    const start = this.#at;
    let end = start;
    while (isTokenCode(this.#text.charCodeAt(end))) end++;
    const token = this.#text.slice(start, Math.min(end, start + MAX_NUMBER_CHARACTERS));
    if (Object.hasOwn(words, token)) {
      this.#at = end;
      return words[token];
    }
    if (end - start > MAX_NUMBER_CHARACTERS || !numberForm.test(token)) throw this.#fault("a value");
    this.#at = end;
    const number = Number(token);
    return Number.isSafeInteger(number) || !integerForm.test(token) ? number : token;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #fault(expected: string): JsonFault {
    const found = this.#text.slice(this.#at, this.#at + 20);
    const shown = found === "" ? "the text ends" : `there is ${JSON.stringify(found)}`;
    return new JsonFault(`at character ${this.#at} ${shown}, expected ${expected}`);
  }
}

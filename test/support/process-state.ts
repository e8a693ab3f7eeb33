/** Remembers what a test file may change of the process: globals, environment, exit code. Answers what puts it back. */
export const rememberProcess = (): (() => void) => {
  const globals = new Map(Reflect.ownKeys(globalThis).map((key) => [key, descriptorOf(key)]));
  const environment = { ...process.env };
  const { exitCode } = process;
  return () => {
    for (const key of Reflect.ownKeys(globalThis)) if (!globals.has(key)) Reflect.deleteProperty(globalThis, key);
    // Only what changed: code that uses a global is compiled again when it is defined again.
    for (const [key, before] of globals) {
      if (before && !isSame(before, descriptorOf(key))) Reflect.defineProperty(globalThis, key, before);
    }
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    process.exitCode = exitCode;
  };
};

const descriptorOf = (key: PropertyKey): PropertyDescriptor | undefined =>
  Reflect.getOwnPropertyDescriptor(globalThis, key);

const isSame = (one: PropertyDescriptor, other: PropertyDescriptor | undefined): boolean =>
  Object.is(one.value, other?.value) && one.get === other?.get && one.set === other?.set;

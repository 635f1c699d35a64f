import { LAYOUT } from "lib/backend/kernel_table.ts";

const capitalized = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

/** `assembly/arguments`: a class for each kernel whose fields are the words of its arguments. */
export function argumentsModule(): string {
  return LAYOUT.filter(({ args }) => args).map(({ name, args }) => `
@unmanaged
export class ${capitalized(name)}Args {
${args!.map((arg) => `  readonly ${arg.name}: ${arg.type};`).join("\n")}
}`).join("\n");
}

/** `assembly/dispatch`: does one piece of the kernel of a number. */
export function dispatchModule(): string {
  const modules = [...new Set(LAYOUT.map(({ module }) => module))];
  const imports = modules.map((module) => {
    const names = LAYOUT.filter((kernel) => kernel.module === module).map(({ name }) => name);
    return `import { ${names.join(", ")} } from "./${module}";`;
  });
  const typed = LAYOUT.filter(({ args }) => args).map(({ name }) => `${capitalized(name)}Args`);
  const cases = LAYOUT.map(({ name, args }, number) =>
    `    case ${number}: return ${name}(piece${
      args ? `, changetype<${capitalized(name)}Args>(jobArguments())` : ""
    });`
  );
  return `${imports.join("\n")}
import { ${typed.join(", ")} } from "./arguments";
import { jobArguments } from "./control";

export function runPiece(kernel: i32, piece: i32): void {
  switch (kernel) {
${cases.join("\n")}
    default: unreachable();
  }
}
`;
}

/** A user's probe whose rule finds every line that its command prints. `run` is a YAML list. */
export function faultyProbe(run: string, fields = ''): string {
  return `describe: d
run: ${run}
${fields}parse: lines
facts: { rows: output }
rules:
  - id: bad
    each: rows
    as: row
    object: row
    when: "row != ''"
    severity: warning
    class: advisory
    say: '{row} is bad'
    examples: [{ facts: {rows: [x]}, finds: [x] }, { facts: {rows: []}, finds: [] }]
`;
}

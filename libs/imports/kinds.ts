/** What can be imported; the planner of each kind is beside this file. */
export const importKinds = ['nl-snapshot', 'nl-changes', 'nl-standard', 'eurocities', 'csv'] as const;
export type ImportKind = (typeof importKinds)[number];

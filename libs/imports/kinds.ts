/** What can be imported; each kind has its planner beside this file. */
export const importKinds = ['nl-snapshot', 'nl-changes', 'nl-standard', 'eurocities', 'csv'] as const;
export type ImportKind = (typeof importKinds)[number];

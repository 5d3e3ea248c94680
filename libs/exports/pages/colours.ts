/** A colour: its red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Reads `#rrggbb`; undefined if it is not that. */
export function parseColour(text: string): Colour | undefined {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (!found) return undefined;
  const [red, green, blue] = found.slice(1).map((part) => Number.parseInt(part, 16)) as [number, number, number];
  return [red, green, blue];
}

export const formatColour = (colour: Colour) =>
  `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** `share` (0 to 1) of one colour in another. */
export const mix = (one: Colour, other: Colour, share: number): Colour =>
  [0, 1, 2].map((at) => Math.round(one[at]! * share + other[at]! * (1 - share))) as unknown as Colour;

/** The contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

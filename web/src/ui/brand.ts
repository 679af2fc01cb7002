/** The brand's colour, made legible on light and on dark ground. */

const LIGHT_GROUND = '#ffffff';
const DARK_GROUND = '#18232b';
/** WCAG 2.2, 1.4.3. */
const CONTRAST = 4.5;

/** The colour nearest to `hex` that can be read on each ground: darker on light, lighter on dark. */
export function brandColours(hex: string): { light: string; dark: string } {
  return {
    light: legible(hex, LIGHT_GROUND, '#000000'),
    dark: legible(hex, DARK_GROUND, '#ffffff'),
  };
}

/** Sets the custom properties of styles/tokens.css. */
export function showBrand(hex: string | undefined): void {
  if (!hex) return;
  const { light, dark } = brandColours(hex);
  document.documentElement.style.setProperty('--brand', light);
  document.documentElement.style.setProperty('--brand-dark', dark);
}

function legible(hex: string, ground: string, towards: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(hex, towards, share);
    // A little more than needed: tints of the colour lie under its text.
    if (contrast(mixed, ground) >= CONTRAST * 1.15) return mixed;
  }
  return towards;
}

function mix(hex: string, other: string, share: number): string {
  const [one, two] = [channels(hex), channels(other)];
  return `#${one
    .map((value, i) =>
      Math.round(value + ((two[i] ?? 0) - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** The contrast ratio of WCAG. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = channels(hex).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

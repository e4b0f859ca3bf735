/** What is measured, and what the project aims at. The aims are the project's own; the figures come from the run. */

export type Aim =
  | { readonly is: 'at-least'; readonly value: number }
  | { readonly is: 'at-most'; readonly value: number }
  | { readonly is: 'below'; readonly value: number }
  | { readonly is: 'exactly'; readonly value: number };

/** Figures that are asked for by name; one may bring several lines. */
export const FIGURE_NAMES = ['pairs', 'renewals', 'batches', 'hand-off', 'lateness', 'memory'] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

export const isFigureName = (name: string): name is FigureName => FIGURE_NAMES.some((known) => known === name);

/** Judges a median. */
export const isMet = (aim: Aim, median: number): boolean => {
  switch (aim.is) {
    case 'at-least':
      return median >= aim.value;
    case 'at-most':
      return median <= aim.value;
    case 'below':
      return median < aim.value;
    case 'exactly':
      return median === aim.value;
  }
};

export const aimInWords = ({ is, value }: Aim, unit: string): string => `${is.replace('-', ' ')} ${value} ${unit}`.trimEnd();

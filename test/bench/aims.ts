/** What is measured, and what the project aims at. The aims are the project's own; the figures come from the run. */

export type Aim =
  | { readonly is: 'at-least'; readonly value: number }
  | { readonly is: 'at-most'; readonly value: number }
  | { readonly is: 'below'; readonly value: number }
  | { readonly is: 'exactly'; readonly value: number };

export const STORE_NAMES = ['embedded', 'redis', 'quorum'] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/** Figures that are asked for by name, store by store; one may bring several lines. */
export const FIGURE_NAMES = {
  embedded: ['pairs', 'renewals', 'batches', 'hand-off', 'lateness', 'memory'],
  redis: ['pairs', 'pairs-unpersisted', 'renewals', 'batches', 'hand-off', 'lateness', 'memory', 'million'],
  quorum: ['pairs', 'contended', 'renewals', 'batches', 'lateness'],
} as const satisfies Readonly<Record<StoreName, readonly string[]>>;

export type FigureNameOf<S extends StoreName> = (typeof FIGURE_NAMES)[S][number];
export type FigureName = FigureNameOf<StoreName>;

/** They take a quarter of an hour, so they are measured when they are asked for, and not otherwise. */
const LONG: readonly FigureName[] = ['million'];
export const isLong = (name: FigureName): boolean => LONG.includes(name);

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

/**
 * The shapes of the digits: for each digit the styles that people write, each a few pen strokes.
 *
 * A stroke is a smooth curve through its points `x,y`, given in percent of the digit's box: x to the
 * right, y downward. `!` after a point makes it a corner: the pen stops there and sets off in a new
 * direction. Weights say how common a style is among those of its digit; they need not add up to
 * anything. Styles and weights come from looking at rows of Kaggle's train.csv that the report trains
 * on, none that it validates with. @module
 */

/** A point that a stroke passes through, in the digit's unit box. */
export interface Knot {
  readonly x: number;
  readonly y: number;
  readonly corner: boolean;
}

/** One way to write a digit. */
export interface Style {
  readonly weight: number;
  readonly strokes: readonly (readonly Knot[])[];
}

/** A style from its strokes in the notation above. */
export function style(weight: number, ...strokes: string[]): Style {
  return { weight, strokes: strokes.map((stroke) => stroke.split(" ").map(parseKnot)) };
}

function parseKnot(text: string): Knot {
  const match = /^(-?\d+),(-?\d+)(!?)$/.exec(text);
  if (match === null) throw new Error(`Not a knot: "${text}"`);
  return { x: Number(match[1]) / 100, y: Number(match[2]) / 100, corner: match[3] === "!" };
}

/** The styles of the digits 0 to 9, by digit. */
export const GLYPHS: readonly (readonly Style[])[] = [
  [
    // Round, closed at the top.
    style(40, "55,2 22,12 4,48 18,86 50,98 84,84 96,48 80,14 52,2"),
    // Closed at the upper right.
    style(20, "80,12 45,0 12,24 4,62 28,96 66,92 94,58 92,24 74,8"),
    // The end runs on, over the start or into the loop.
    style(14, "66,6 26,8 5,48 18,88 50,98 86,82 95,45 76,10 44,6 26,20"),
    style(10, "84,4 40,4 8,36 10,78 44,98 84,86 96,50 80,16 50,12 34,30"),
    style(8, "46,18 24,14 5,50 18,88 50,98 86,82 95,45 76,10 40,0"),
    // An entry stroke from the upper right.
    style(6, "88,0 45,8 8,46 18,90 52,98 86,78 90,40 58,8"),
    // Left open at the top.
    style(6, "38,4 10,28 4,64 28,96 70,94 95,58 86,20 64,4"),
    // Pointed at the top, with a straight side.
    style(6, "55,0! 20,32 4,70 26,96 66,96 92,70 84,34 52,0"),
  ],
  [
    // A stroke.
    style(80, "50,0 50,50 50,100"),
    style(6, "56,0 52,30 48,70 46,100"),
    // With a flag.
    style(5, "30,22 42,13 52,0! 51,50 50,100"),
    style(3, "22,32 38,20 52,0! 51,50 50,100"),
    // With flag and foot.
    style(4, "28,24 42,13 52,0! 51,50 50,98", "22,98 50,98 78,98"),
    // With a foot.
    style(1, "50,0 50,50 50,98", "28,98 50,98 72,98"),
    // With bars at head and foot.
    style(1, "50,2 50,50 50,98", "28,98 50,98 72,98", "26,3 50,2 74,2"),
  ],
  [
    // A loop at the lower left.
    style(26, "10,22 30,3 64,2 80,24 64,56 34,86 10,97 2,87 16,76 46,84 72,94 96,90"),
    style(12, "8,26 34,2 70,8 76,36 50,70 22,94 4,84 14,64 44,74 70,92 98,84"),
    style(12, "10,30 36,3 72,10 76,46 52,78 22,97 4,88 14,74 40,76 68,86 98,90"),
    style(8, "24,30 30,8 60,2 80,22 74,56 46,90 14,98 4,78 26,68 58,80 96,84"),
    // The tail crosses the back and runs down to the right.
    style(16, "8,30 28,8 58,2 80,16 80,44 62,74 34,95 8,94 4,78 24,68 52,73 76,84 100,94"),
    style(8, "10,40 36,14 66,14 76,40 58,74 26,94 2,86 14,72 44,72 72,78 104,80"),
    style(10, "18,20 46,0 70,8 70,44 54,82 28,98 6,92 12,74 40,70 68,84 96,100"),
    style(8, "20,14 48,2 78,18 84,48 68,78 38,98 10,94 4,76 26,64 54,74 76,92 90,100"),
    style(12, "26,18 50,0 70,12 64,44 44,70 20,86 2,80 8,64 36,60 64,74 84,92 98,104"),
    style(8, "4,34 22,8 56,0 82,18 84,48 64,74 32,88 6,80 10,62 38,58 68,72 92,98"),
    style(5, "26,22 46,2 62,10 62,50 58,82 32,99 6,92 20,80 58,82 98,90"),
    style(12, "12,24 42,0 72,12 68,44 44,74 16,90 4,76 22,66 54,80 86,100"),
    // A small head, a long tail.
    style(10, "22,24 42,4 68,10 68,36 44,70 14,94 0,88 14,76 44,84 72,92 104,80"),
    style(8, "18,22 40,3 68,8 68,34 42,70 10,97! 52,92 106,86"),
    style(12, "14,18 38,0 72,6 80,30 60,64 28,94 6,92 10,74 34,74 58,92 78,98 98,88"),
    // A corner at the lower left, a straight base.
    style(26, "8,24 32,3 66,3 80,26 60,60 34,82 6,97! 50,95 95,96"),
    // A base that waves.
    style(12, "10,26 36,2 70,6 78,32 52,66 8,96! 36,86 66,96 98,90"),
    // A head that starts with a hook.
    style(8, "28,32 10,26 16,7 46,0 78,12 76,38 48,70 8,97! 50,96 92,96"),
    // Like a Z.
    style(5, "6,10 42,4 86,5 82,18 48,54 10,95! 52,93 96,95"),
    style(3, "6,6 46,5 88,4! 50,48 8,95! 52,94 94,96"),
    // A rounded turn into the base.
    style(8, "14,22 42,1 76,10 76,36 46,66 16,88 20,97 56,92 96,95"),
  ],
  [
    // Two bowls that meet in a corner.
    style(30, "10,16 36,1 70,5 78,24 60,41 34,47! 68,52 90,72 72,94 38,100 4,90"),
    style(16, "14,12 46,0 76,10 74,32 46,46! 78,58 88,80 62,98 30,99 4,86"),
    // The corner hardly set in.
    style(10, "14,10 48,0 78,12 74,34 54,46! 84,60 84,84 50,100 8,88"),
    // A short tail.
    style(12, "22,8 48,0 72,14 62,36 40,46! 70,56 78,80 58,98 30,96"),
    style(8, "6,18 34,2 68,6 72,28 42,46! 80,50 98,74 84,96 48,98"),
    // A small loop between the bowls.
    style(10, "10,16 40,0 76,10 70,36 42,50 32,44 46,42 82,58 84,86 44,100 4,86"),
    // A corner set far in, a small upper bowl.
    style(8, "22,14 46,0 70,10 62,28 30,40! 66,44 94,64 80,92 44,100 2,86"),
    // A flat top.
    style(12, "10,6 44,4 84,3! 64,24 40,42! 74,50 92,72 68,96 36,98 6,90"),
    style(5, "12,4 46,3 80,6 74,20 38,44! 76,52 90,74 62,98 6,92"),
    // Angular.
    style(6, "8,14 44,2 78,6! 58,26 36,46! 72,50 84,64! 56,88 6,98"),
    // A short lower bowl that runs out to the left.
    style(8, "20,12 52,0 86,10 74,32 46,44! 74,54 76,78 46,94 2,96"),
    // A tail that curls up, or round.
    style(6, "12,16 44,0 76,14 66,38 44,46! 80,58 74,92 34,99 4,84 16,74 48,88"),
    style(6, "16,14 46,0 76,12 70,34 42,46! 80,56 86,84 50,100 14,92 4,78"),
  ],
  [
    // Open, with a corner at the lower left.
    style(22, "22,0 14,28 6,56! 46,54 94,50", "76,6 71,50 66,100"),
    // Open, with a rounded left side.
    style(22, "16,4 10,34 20,52 48,54 76,46", "82,0 76,50 70,100"),
    style(10, "24,2 8,32 10,54 44,56 98,46", "74,16 66,56 58,100"),
    // The cross bar reaches far to the right.
    style(10, "34,0 20,28 4,58! 48,56 100,50", "64,22 58,60 50,100"),
    // One stroke, up the right side and down again.
    style(8, "14,6 10,36 34,54 66,40 82,2! 75,50 68,100"),
    // Square.
    style(6, "12,4 10,30 8,54! 46,54 82,54", "80,4 80,50 80,100"),
    // Closed: a triangle.
    style(10, "66,2 36,30 6,62! 50,60 96,58", "66,0 64,50 62,100"),
    style(5, "58,0 32,30 4,64! 48,62 90,60", "62,4 74,50 78,100"),
    // Closed, with a bent left side.
    style(3, "76,2! 44,20 12,52! 42,56 78,52", "78,0 72,50 66,100"),
  ],
  [
    // Back and belly, then the bar.
    style(24, "22,5 18,24 14,44! 48,36 84,50 86,78 58,97 6,92", "22,5 54,4 90,2"),
    style(12, "28,8 22,28 18,48! 54,44 78,62 70,88 40,100 4,90", "28,6 62,4 98,0"),
    // One stroke from the right end of the bar.
    style(18, "88,3 56,4 24,6! 20,24 16,44! 52,37 86,54 82,82 50,99 6,90"),
    style(10, "86,2 50,4 28,8 20,28 24,44 56,46 84,64 74,92 40,100 4,90"),
    style(6, "96,2 62,10 36,16! 26,34 20,54! 46,46 70,58 68,82 40,99 6,88"),
    style(8, "30,4 22,26 14,50! 40,42 68,56 64,84 36,99 4,92", "30,4 60,6 96,0"),
    style(5, "86,4 52,4 18,4! 16,26 14,46! 54,42 84,56 84,84 56,98 6,96"),
    // Like an S.
    style(10, "86,6 54,2 26,16 28,38 58,50 82,68 68,94 36,99 8,88"),
    // A small body under a long bar.
    style(10, "38,24 30,38 24,50! 54,46 72,62 62,86 36,98 2,90", "38,22 66,12 100,0"),
    // The belly starts without a corner.
    style(8, "24,6 16,34 30,46 66,44 88,64 74,92 40,100 8,90", "24,6 56,4 88,4"),
    // A round belly that curls up at the end.
    style(6, "26,6 20,40! 56,34 88,56 80,90 44,100 12,90 6,76", "26,6 56,5 86,3"),
  ],
  [
    // A curved back, a loop that closes on it.
    style(28, "66,0 34,24 12,58 18,90 50,99 80,84 78,60 50,54 20,76"),
    // A steep back.
    style(18, "42,0 24,30 14,66 28,96 64,96 82,74 66,54 40,60 20,80"),
    // A hook at the top.
    style(8, "84,10 62,0 32,20 10,60 22,94 58,98 84,76 66,54 36,60 18,76"),
    // A loop that curls up inside.
    style(12, "32,0 14,38 10,76 36,98 76,92 92,72 72,58 46,66 36,88"),
    style(10, "46,0 18,34 6,74 34,98 78,88 88,64 60,54 34,72 30,92"),
    // Wide, the loop to the right.
    style(10, "36,2 14,36 4,70 26,96 66,96 96,76 84,58 56,60 30,78"),
    style(8, "30,2 10,40 4,78 36,98 86,84 96,62 64,56 30,82"),
    // A loop that crosses the back.
    style(8, "62,0 32,28 12,66 30,96 66,94 80,70 56,56 26,66 6,82"),
    // A large loop.
    style(8, "52,0 24,22 6,58 22,92 62,99 90,76 80,48 50,38 20,58"),
    // A small loop low down.
    style(6, "54,0 30,30 12,72 30,98 62,96 70,78 48,68 22,82"),
  ],
  [
    // A straight bar, a straight tail.
    style(22, "5,10 46,8 92,5! 68,50 44,100"),
    style(8, "5,14 44,12 84,6! 58,50 30,100"),
    // A curved tail.
    style(16, "5,12 48,8 90,7! 72,34 58,64 52,100"),
    // A rounded corner.
    style(14, "6,16 36,6 78,4 86,18 66,52 44,100"),
    style(8, "6,22 30,4 70,4 80,26 66,60 54,100"),
    // A serif at the start.
    style(10, "8,30 10,9! 48,8 90,5! 66,50 46,100"),
    style(6, "6,36 10,12! 46,20 88,4! 64,54 48,100"),
    // A bar that waves.
    style(8, "4,28 18,9 48,14 92,4! 62,50 36,100"),
    // With a bar across.
    style(10, "6,10 46,8 90,5! 66,50 44,100", "26,52 52,50 82,48"),
    style(6, "8,24 12,8! 48,8 90,6! 70,46 56,100", "28,54 56,52 86,50"),
    style(6, "4,12 44,8 84,6! 62,46 42,100", "16,58 52,54 98,50"),
    style(4, "6,16 36,6 78,5 84,20 66,52 46,100", "30,46 58,48 88,46"),
    // Steep, nearly a 1.
    style(4, "18,18 46,8 70,5! 62,50 50,100"),
  ],
  [
    // One stroke, begun at the upper right: an S and back up.
    style(28, "78,14 50,0 22,14 28,36 56,50 80,72 66,96 34,97 20,76 42,52 70,34 80,12"),
    // The start and the end left apart.
    style(18, "88,8 52,1 20,16 30,38 60,54 78,78 54,99 24,88 28,64 58,46 96,4"),
    style(8, "68,6 36,2 20,20 40,42 72,62 74,88 44,100 20,82 40,56 68,40 90,16"),
    // Two circles.
    style(
      10,
      "52,2 24,12 26,38 52,47 78,36 76,12 50,2",
      "50,48 18,62 20,90 52,99 82,88 80,60 50,48",
    ),
    // Begun in the middle.
    style(14, "52,48 22,32 30,6 62,2 78,22 54,46 24,66 26,92 60,99 80,78 52,48"),
    // The head left open at the right.
    style(5, "82,20 56,0 24,14 30,36 60,52 78,74 60,98 28,94 24,74 48,52 74,32"),
    style(8, "98,2 62,32 30,66 22,92 48,99 70,84 60,58 34,40 20,18 40,2 74,10"),
    // A small head.
    style(8, "70,10 50,0 34,12 42,32 74,56 80,84 48,100 16,84 30,56 60,34 72,12"),
    // A small foot.
    style(8, "82,14 46,0 16,18 34,44 58,62 66,86 48,100 34,86 44,62 74,38 84,14"),
    // Begun at the upper left with a straight back, like a B or a g.
    style(4, "24,6 24,50 24,94", "24,6 62,2 76,24 26,46! 76,54 82,84 24,96"),
    // Crossing in straight lines.
    style(6, "76,10 46,0 24,16 50,48 74,78 54,99 28,82 50,50 80,8"),
  ],
  [
    // A closed loop, a straight tail from a corner.
    style(24, "80,12 48,0 16,20 18,44 46,52 74,36 82,8! 78,52 72,100"),
    style(10, "78,16 44,2 10,26 24,48 58,42 84,6! 66,54 46,100"),
    // A tail that curves to the left.
    style(10, "80,16 50,1 18,18 20,42 52,48 80,24! 82,62 62,94 22,94"),
    style(4, "76,16 48,0 20,16 22,40 52,46 78,22! 84,64 72,94 40,100 14,84"),
    // One smooth stroke, begun where the loop closes.
    style(18, "78,40 42,52 12,34 26,6 62,0 82,22 80,60 70,100"),
    style(8, "74,36 40,50 14,32 34,4 70,6 76,36 58,70 44,100"),
    // A circle, then the tail.
    style(14, "60,2 24,8 10,32 30,50 64,44 80,20 58,2", "80,12 80,56 74,100"),
    style(10, "56,2 20,12 14,38 42,50 72,38 78,14 52,2", "80,6 68,54 48,100"),
    // A head begun on the inside.
    style(8, "70,28 58,4 24,8 10,34 34,50 62,36 78,6! 72,54 64,100"),
    // An open head.
    style(10, "94,2 56,4 20,22 26,44 58,42 80,24! 72,60 62,100"),
    style(8, "86,8 50,0 18,16 22,40 54,44 82,18! 84,62 60,96 12,90"),
    style(10, "72,8 40,0 12,22 28,46 60,40 74,26", "86,2 80,50 72,100"),
    style(10, "86,6 46,6 12,30 26,50 60,44 86,16! 76,56 64,100"),
    // A pointed head.
    style(4, "72,4 38,16 14,40 38,50 72,34 80,6! 74,52 66,100"),
    // A small head, a long tail.
    style(8, "70,10 44,0 22,16 32,36 58,32 72,10! 64,56 54,100"),
  ],
];

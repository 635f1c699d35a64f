/**
 * TensorFlow.js's optimizers, each a single pass over a variable and its state, in place where
 * nobody else can see the old values. State and arithmetic are TensorFlow.js's own.
 * @module
 */
import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  backend as currentBackend,
  engine,
  fill,
  MomentumOptimizer,
  type NamedTensorMap,
  type Optimizer,
  RMSPropOptimizer,
  scalar,
  SGDOptimizer,
  type Tensor,
  tidy,
  type Variable,
} from "@tensorflow/tfjs-core";
import { SimdBackend } from "lib/backend/backend.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { assignEach } from "lib/backend/fusion/assign.ts";

type Expression = x.Expression;

/** An update rule for a variable: its new value, then its new state, from the old ones. */
type Update = (value: Expression, gradient: Expression, ...kept: Expression[]) => Expression[];

/** State that an optimizer keeps for each variable: where tfjs has it, its name, its initial value. */
type Kept = readonly [field: string, suffix: string, start?: number];

interface Rule<State> {
  readonly kept: (state: State) => readonly Kept[];
  /** Prepares a step. */
  readonly update: (state: State) => Update;
  /** Ends a step. */
  readonly after?: (state: State) => void;
}

/** `decay * old + (1 - decay) * now`. */
const average = (decay: number, old: Expression, now: Expression): Expression =>
  x.add(x.mul(old, x.scalar(decay)), x.mul(now, x.scalar(1 - decay)));

const read = (variable: Tensor): number => variable.dataSync()[0]!;

/** Multiplies a variable of one number. */
function multiply(variable: Variable, by: number): void {
  tidy(() => variable.assign(scalar(read(variable) * by)));
}

interface Sgd {
  learningRate: number;
}

const sgd: Rule<Sgd> = {
  kept: () => [],
  update: ({ learningRate }) => (value, gradient) => [
    x.add(x.mul(gradient, x.scalar(-learningRate)), value),
  ],
};

const momentum: Rule<Sgd & { momentum: number; useNesterov: boolean }> = {
  kept: () => [["accumulations", "momentum"]],
  update: ({ learningRate, momentum, useNesterov }) => (value, gradient, old) => {
    const sum = x.add(x.mul(old!, x.scalar(momentum)), gradient);
    const step = useNesterov ? x.add(gradient, x.mul(sum, x.scalar(momentum))) : sum;
    return [x.add(x.mul(step, x.scalar(-learningRate)), value), sum];
  },
};

const adagrad: Rule<Sgd & { initialAccumulatorValue: number }> = {
  kept: (state) => [["accumulatedGrads", "accumulator", state.initialAccumulatorValue]],
  update: ({ learningRate }) => (value, gradient, old) => {
    const sum = x.add(old!, x.square(gradient));
    const root = x.sqrt(x.add(sum, x.scalar(engine().backend.epsilon())));
    return [x.add(x.mul(x.div(gradient, root), x.scalar(-learningRate)), value), sum];
  },
};

const adadelta: Rule<Sgd & { rho: number; epsilon: number }> = {
  kept: () => [["accumulatedGrads", "accum_grad"], ["accumulatedUpdates", "accum_var"]],
  update: ({ learningRate, rho, epsilon }) => (value, gradient, squares, updates) => {
    const root = (of: Expression): Expression => x.sqrt(x.add(of, x.scalar(epsilon)));
    const step = x.mul(x.div(root(updates!), root(squares!)), gradient);
    return [
      x.add(x.mul(step, x.scalar(-learningRate)), value),
      average(rho, squares!, x.square(gradient)),
      average(rho, updates!, x.square(step)),
    ];
  },
};

interface Adam extends Sgd {
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: Variable;
}

/** Kingma and Ba, 2015. */
const adam: Rule<Adam & { accBeta2: Variable }> = {
  kept: () => [["accumulatedFirstMoment", "m"], ["accumulatedSecondMoment", "v"]],
  update: ({ learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 }) => {
    const rest1 = x.scalar(1 - read(accBeta1)), rest2 = x.scalar(1 - read(accBeta2));
    return (value, gradient, oldFirst, oldSecond) => {
      const first = average(beta1, oldFirst!, gradient);
      const second = average(beta2, oldSecond!, x.square(gradient));
      const root = x.add(x.sqrt(x.div(second, rest2)), x.scalar(epsilon));
      const step = x.div(x.div(first, rest1), root);
      return [x.add(x.mul(step, x.scalar(-learningRate)), value), first, second];
    };
  },
  after: ({ beta1, beta2, accBeta1, accBeta2 }) => {
    multiply(accBeta1, beta1);
    multiply(accBeta2, beta2);
  },
};

const adamax: Rule<Adam & { decay: number; iteration: Variable }> = {
  kept: () => [["accumulatedFirstMoment", "m"], ["accumulatedWeightedInfNorm", "v"]],
  update: ({ learningRate, beta1, beta2, epsilon, accBeta1, decay, iteration }) => {
    const rate = x.scalar(-learningRate / (read(iteration) * decay + 1) / (1 - read(accBeta1)));
    return (value, gradient, oldFirst, oldNorm) => {
      const first = average(beta1, oldFirst!, gradient);
      const norm = x.max(x.mul(oldNorm!, x.scalar(beta2)), x.abs(gradient));
      const step = x.div(first, x.add(norm, x.scalar(epsilon)));
      return [x.add(x.mul(step, rate), value), first, norm];
    };
  },
  after: ({ beta1, accBeta1, iteration }) => {
    tidy(() => iteration.assign(scalar(read(iteration) + 1)));
    multiply(accBeta1, beta1);
  },
};

const rmsProp: Rule<
  Sgd & { decay: number; momentum: number; epsilon: number; centered: boolean }
> = {
  kept: ({ centered }) => [
    ["accumulatedMeanSquares", "rms"],
    ["accumulatedMoments", "momentum"],
    ...centered ? [["accumulatedMeanGrads", "mg"] as const] : [],
  ],
  update:
    ({ learningRate, decay, momentum, epsilon, centered }) =>
    (value, gradient, oldSquares, oldMoments, oldMeans) => {
      const squares = average(decay, oldSquares!, x.square(gradient));
      const means = centered ? average(decay, oldMeans!, gradient) : undefined;
      const variance = means
        ? x.sub(squares, x.add(x.square(means), x.scalar(epsilon)))
        : x.add(squares, x.scalar(epsilon));
      const step = x.div(x.mul(gradient, x.scalar(learningRate)), x.sqrt(variance));
      const moments = x.add(x.mul(oldMoments!, x.scalar(momentum)), step);
      return [x.sub(value, moments), squares, moments, ...means ? [means] : []];
    },
};

type Named = { originalName: string; variable: Variable };

function apply<State>(
  backend: SimdBackend,
  state: State & { incrementIterations(): void },
  rule: Rule<State>,
  gradients: { name: string; tensor: Tensor }[] | NamedTensorMap,
): void {
  const named: [string, Tensor | null][] = Array.isArray(gradients)
    ? gradients.map(({ name, tensor }) => [name, tensor])
    : Object.entries(gradients);
  const update = rule.update(state);
  const sets = named.flatMap(([name, gradient], i) => {
    const value = engine().registeredVariables[name] as Variable;
    const kept = rule.kept(state).map(([field, suffix, start = 0]) => {
      const all = (state as unknown as Record<string, Named[]>)[field]!;
      return (all[i] ??= {
        originalName: `${name}/${suffix}`,
        variable: tidy(() => fill(value.shape, start).variable(false)),
      }).variable;
    });
    return gradient ? [{ variables: [value, ...kept], others: [gradient] }] : [];
  });
  assignEach(backend, sets, (value, ...rest) => {
    const [next, ...averages] = update(value!, rest.at(-1)!, ...rest.slice(0, -1));
    // Decaying averages become zero instead of subnormal: too small to move a weight, subnormals make a step
    // three times as long and would never go (nine tenths of the least number round to itself).
    return [next!, ...averages.map((one) => x.withoutSubnormals(one))];
  });
  rule.after?.(state);
  state.incrementIterations();
}

function replace<State>(
  { prototype }: { readonly prototype: Optimizer },
  rule: Rule<State>,
): void {
  const target = prototype as unknown as {
    applyGradients(gradients: { name: string; tensor: Tensor }[] | NamedTensorMap): void;
  };
  const original = target.applyGradients;
  target.applyGradients = function (gradients): void {
    const backend = currentBackend();
    if (backend instanceof SimdBackend) apply(backend, this as never, rule, gradients);
    else original.call(this, gradients);
  };
}

let areReplaced = false;

/** Makes the optimizers run in one pass on this backend; others keep theirs. */
export function replaceOptimizers(): void {
  if (areReplaced) return;
  areReplaced = true;
  replace(SGDOptimizer, sgd);
  replace(MomentumOptimizer, momentum);
  replace(AdagradOptimizer, adagrad);
  replace(AdadeltaOptimizer, adadelta);
  replace(AdamOptimizer, adam);
  replace(AdamaxOptimizer, adamax);
  replace(RMSPropOptimizer, rmsProp);
}

/**
 * TensorFlow.js without what the page does not need (WebGL, converters, data sets, methods of
 * tensors): the bundle has this module in the place of `@tensorflow/tfjs`.
 *
 * @module
 */
export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";

/**
 * Studies: many trials, each in a result file of its own, on one machine or on many.
 * @module
 */
export { findStudy, listStudies, type NamedStudy } from "lib/study/find.ts";
export { runStudy, type RunStudyOptions, type StudyProgress } from "lib/study/run.ts";
export { readShare, type Share } from "lib/study/share.ts";
export type { Study, Trainer, Trial, TrialData } from "lib/study/study.ts";
export { type StudySummary, summarizeStudy } from "lib/study/summary.ts";

/**
 * Studies: many trials, each in a result file of its own, on one machine or on many.
 * @module
 */
export { findStudy, listStudies, type NamedStudy } from "lib/study/find.ts";
export type { Origin } from "lib/study/results.ts";
export type { Network, Phase, ReportTraining } from "lib/study/report_training.ts";
export { runStudy, type RunStudyOptions, type StudyProgress } from "lib/study/run.ts";
export { readShare, type Share } from "lib/study/share.ts";
export type { JsonValue, Study, Trial, TrialData } from "lib/study/study.ts";
export type { Machine } from "lib/report/machine.ts";
export { type StudySummary, summarizeStudy } from "lib/study/summary.ts";

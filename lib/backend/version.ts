/** Version of the package `tfjs-backend-simd` (https://semver.org); CHANGELOG.md says what changed. */
export const version_simd = "0.1.0";

/** cellmap-data's transforms of targets, and voxelfeed's: one becomes the other, both ways. */
import { type TargetTransform, targets } from "../augment/targets.js";
import { type CellmapWarning, warnLeftOut } from "./arguments.js";
import {
  type PythonTransform,
  type TransformArguments,
  type Translations,
  translate,
} from "./python-transforms.js";

/** What `CellMapDataSplit` does when nothing is said: `ToDtype(torch.float)` and `Binarize`. */
export const defaultTargetTransforms: readonly TargetTransform[] = [targets.binarize()];

/**
 * All classes are transformed alike.
 *
 * @throws VoxelfeedError `unsupported`, `unknown-option`, `invalid-option`
 */
export function targetTransformsOf(value: unknown, warnings: CellmapWarning[]): TargetTransform[] {
  const warn = ({ path }: TransformArguments, what: string): void => {
    warnings.push({ path, message: `${path}: ${what}.` });
  };
  const translations: Translations<TargetTransform> = {
    Binarize: (args) => {
      const threshold = args.only("threshold").number("threshold", 0);
      return [targets.binarize(threshold === 0 ? {} : { threshold })];
    },
    // The dtype is that of the target array.
    ToDtype: (args) => {
      args.only("dtype", "scale");
      return [];
    },
    NaNtoNum: (args) => {
      warn(args, "no effect, since what is unknown is 0 already, and masked");
      return [];
    },
    SignedDistanceTransform: (args) => {
      warn(args.only("use_cuda"), "distances are in nanometres here, in voxels there");
      return [targets.signedDistance({ haloNm: 0 })];
    },
  };
  return translate(value, "target_value_transforms", translations);
}

/** The same transforms as cellmap-data has them, with a warning for each that it does not have. */
export function targetTransformsTo(
  list: readonly TargetTransform[],
  path: string,
  warnings: CellmapWarning[],
): PythonTransform[] {
  return list.flatMap((transform, i): PythonTransform[] => {
    if (transform.kind === "binarize") return [{ class: "Binarize", threshold: transform.threshold ?? 0 }];
    if (
      transform.kind === "signedDistance" &&
      JSON.stringify(transform) === '{"kind":"signedDistance","haloNm":0}'
    )
      return [{ class: "SignedDistanceTransform" }];
    warnLeftOut(`${path}[${i}]`, warnings);
    return [];
  });
}

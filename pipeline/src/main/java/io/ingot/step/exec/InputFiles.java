package io.ingot.step.exec;

import io.ingot.run.Claim;
import io.ingot.run.FailureCode;
import io.ingot.step.StepInput;
import io.ingot.store.ArtifactStore;
import io.ingot.store.ContentDigest;
import io.ingot.store.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** Finds the files behind the digests of a claim, and refuses what changed since. */
final class InputFiles {
  private final ArtifactStore artifacts;

  InputFiles(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  LinkedHashMap<String, StepInput> resolve(Claim claim) throws StepFailure, IOException {
    LinkedHashMap<String, StepInput> inputs = new LinkedHashMap<>();
    for (Claim.Input input : claim.inputs().values()) {
      Path path = input.path() == null ? artifact(input) : external(input, input.path());
      inputs.put(input.role(), new StepInput(input.role(), input.digest(), path, input.kind()));
    }
    return inputs;
  }

  private Path artifact(Claim.Input input) throws StepFailure, IOException {
    Verification verification = artifacts.check(input.digest());
    if (!verification.ok()) {
      throw new StepFailure(
          FailureCode.WORK,
          "the output of "
              + input.fromStep()
              + " can no longer be used: "
              + verification.reason()
              + "; run the job again, it will be made anew",
          null);
    }
    return artifacts.path(input.digest());
  }

  private static Path external(Claim.Input input, Path path) throws StepFailure, IOException {
    if (!Files.exists(path)) {
      throw new StepFailure(
          FailureCode.WORK, path + " (" + input.role() + ") is missing; put it back", null);
    }
    if (Files.isRegularFile(path) && !ContentDigest.ofFile(path).equals(input.digest())) {
      throw new StepFailure(
          FailureCode.WORK,
          path + " (" + input.role() + ") was changed after the run had begun; run the job again",
          null);
    }
    return path;
  }
}

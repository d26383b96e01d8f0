package io.ingot.step.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** The world of a step in a folder: {@code out} and {@code scratch}. */
record FakeContext(
    Path folder, JsonNode parameters, SequencedMap<String, StepInput> inputs, Progress progress)
    implements StepContext {
  FakeContext(Path folder, JsonNode parameters) {
    this(folder, parameters, new LinkedHashMap<>(), Progress.NONE);
  }

  FakeContext with(String name, Path path) {
    inputs.put(name, new StepInput(name, "digest-of-" + name, path, "external"));
    return this;
  }

  @Override
  public String step() {
    return "tune";
  }

  @Override
  public Path output() {
    return made(folder.resolve("out"));
  }

  @Override
  public Path scratch() {
    return made(folder.resolve("scratch"));
  }

  private static Path made(Path path) {
    try {
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void checkCancelled() {}

  @Override
  public Hub hub() {
    throw new AssertionError("an isolated step sees no hub");
  }

  @Override
  public Optional<Approval> approval(String subjectDigest) {
    return Optional.empty();
  }

  @Override
  public EffectJournal effects() {
    throw new AssertionError("an isolated step has no effects");
  }
}

package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A world for one step: inputs, a journal and approvals in memory. */
public final class FakeContext implements StepContext {
  public final SequencedMap<String, StepInput> inputs = new LinkedHashMap<>();
  public final Map<String, Approval> approvals = new LinkedHashMap<>();
  public final FakeJournal journal;
  private final JsonNode parameters;
  private final Path output;
  private final @Nullable Hub hub;

  public FakeContext(JsonNode parameters, Path output, @Nullable Hub hub, FakeJournal journal) {
    this.parameters = parameters;
    this.output = output;
    this.hub = hub;
    this.journal = journal;
  }

  /** Effects in memory. */
  public static final class FakeJournal implements EffectJournal {
    public final Map<String, Effect> effects = new LinkedHashMap<>();

    @Override
    public Optional<Effect> find(String key) {
      return Optional.ofNullable(effects.get(key));
    }

    @Override
    public void started(String key, String target) {
      effects.put(key, new Effect(key, target, Optional.empty()));
    }

    @Override
    public void done(String key, String receipt) {
      Effect before = effects.get(key);
      effects.put(
          key, new Effect(key, before == null ? "" : before.target(), Optional.of(receipt)));
    }
  }

  public FakeContext with(String role, String digest, Path path, String kind) {
    inputs.put(role, new StepInput(role, digest, path, kind));
    return this;
  }

  @Override
  public String step() {
    return "test";
  }

  @Override
  public JsonNode parameters() {
    return parameters;
  }

  @Override
  public SequencedMap<String, StepInput> inputs() {
    return inputs;
  }

  @Override
  public Path output() {
    return output;
  }

  @Override
  public Path scratch() {
    return output;
  }

  @Override
  public Progress progress() {
    return Progress.NONE;
  }

  @Override
  public void checkCancelled() {}

  @Override
  public Hub hub() {
    if (hub == null) {
      throw new IllegalStateException("this step must not ask for a hub");
    }
    return hub;
  }

  @Override
  public Optional<Approval> approval(String subjectDigest) {
    return Optional.ofNullable(approvals.get(subjectDigest));
  }

  @Override
  public EffectJournal effects() {
    return journal;
  }
}

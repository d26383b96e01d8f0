package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.ModelText;
import io.ingot.step.Parameters;
import io.ingot.step.StepContext;
import io.ingot.step.evaluate.EvaluateParameters.Metric;
import io.ingot.step.evaluate.EvaluateParameters.Suite;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.torch.TorchDevice;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Measures subjects one after the other: no more than one model is open, beside the baseline where
 * divergences are taken from it. What the book knows is not measured, and a model of which it knows
 * everything is not loaded.
 */
final class Measurements {
  private static final int UNLIMITED = 1 << 20;

  private final StepContext context;
  private final EvaluateParameters parameters;
  private final EvaluateStep.Loader loader;
  private final int version;
  private final Precision precision;
  private final ScoreBook book;
  private final boolean compared;

  /**
   * @param version of the step: part of what a score depends on
   */
  Measurements(
      StepContext context, EvaluateParameters parameters, EvaluateStep.Loader loader, int version) {
    this.context = context;
    this.parameters = parameters;
    this.loader = loader;
    this.version = version;
    this.precision = precision(parameters);
    this.book = new ScoreBook(context.memory());
    this.compared =
        parameters.suites().values().stream().anyMatch(s -> s.metric() == Metric.KL_DIVERGENCE);
  }

  /**
   * Writes {@code models} and {@code suites} of the evaluation.
   *
   * @return how many of the models were known in all suites
   */
  int write(List<Subject> subjects, ObjectNode evaluation)
      throws IOException, InterruptedException {
    ArrayNode models = evaluation.putArray("models");
    ObjectNode suites = evaluation.putObject("suites");
    int known = 0;
    @Nullable LanguageModel baseline = null;
    try {
      for (Subject subject : subjects) {
        context.checkCancelled();
        SequencedMap<String, Measurement.Score> scores = remembered(subject, subjects.getFirst());
        boolean complete = scores.size() == parameters.suites().size();
        boolean first = subject.equals(subjects.getFirst());
        known += complete ? 1 : 0;
        if (complete && !(first && compared && anyUnknown(subjects))) {
          context.progress().note(subject.name() + ": measured before");
        } else {
          LanguageModel kept = measure(subject, subjects.getFirst(), baseline, scores);
          baseline = kept == null ? baseline : kept;
        }
        report(subject, scores, models.addObject(), suites);
      }
    } finally {
      if (baseline != null) {
        baseline.close();
      }
    }
    return known;
  }

  private SequencedMap<String, Measurement.Score> remembered(Subject subject, Subject baseline)
      throws IOException {
    SequencedMap<String, Measurement.Score> scores = new LinkedHashMap<>();
    for (String suite : parameters.suites().keySet()) {
      book.find(key(subject, baseline, suite)).ifPresent(score -> scores.put(suite, score));
    }
    return scores;
  }

  private boolean anyUnknown(List<Subject> subjects) throws IOException {
    for (Subject subject : subjects) {
      if (remembered(subject, subjects.getFirst()).size() < parameters.suites().size()) {
        return true;
      }
    }
    return false;
  }

  /** Adds the scores that are missing; returns the model, still open, where it is the baseline. */
  private @Nullable LanguageModel measure(
      Subject subject,
      Subject first,
      @Nullable LanguageModel baseline,
      Map<String, Measurement.Score> scores)
      throws IOException, InterruptedException {
    try (Model opened = ModelOpener.open(subject.source());
        ModelText text = ModelText.open(subject.source())) {
      LanguageModel model = loader.load(opened, precision, parameters.device());
      boolean kept = false;
      try {
        Measurement measurement =
            new Measurement(
                text,
                model,
                baseline,
                clock(parameters),
                opened.config().path("max_position_embeddings").asInt(UNLIMITED),
                context.progress(),
                context::checkCancelled);
        for (Map.Entry<String, Suite> suite : parameters.suites().entrySet()) {
          if (!scores.containsKey(suite.getKey())) {
            Measurement.Score score = score(subject, measurement, suite);
            book.keep(key(subject, first, suite.getKey()), score);
            scores.put(suite.getKey(), score);
          }
        }
        kept = compared && subject.equals(first);
        return kept ? model : null;
      } finally {
        if (!kept) {
          model.close();
        }
      }
    }
  }

  private Measurement.Score score(
      Subject subject, Measurement measurement, Map.Entry<String, Suite> suite)
      throws InterruptedException {
    String name = suite.getKey();
    Measurement.Score score =
        measurement.measure(
            subject.name() + " on " + name,
            context.input("suite:" + name).path(),
            suite.getValue());
    if (!Double.isFinite(score.value())) {
      throw IngotException.failed(
          subject.name() + " on " + name + ": the model gives values that are no numbers");
    }
    return score;
  }

  private void report(
      Subject subject,
      Map<String, Measurement.Score> measured,
      ObjectNode report,
      ObjectNode suites) {
    report.put("name", subject.name()).put("bytes", subject.bytes());
    ObjectNode scores = report.putObject("scores");
    parameters
        .suites()
        .forEach(
            (name, suite) -> {
              Measurement.Score score = measured.get(name);
              if (score == null) {
                throw new IllegalStateException("no score of " + subject.name() + " on " + name);
              }
              String metric = Measurement.key(suite.metric());
              scores.putObject(name).put(metric, score.value());
              suites.putObject(name).put("metric", metric).put("rows", score.rows());
            });
  }

  /** Everything that a score depends on; names are no part of it. */
  private ObjectNode key(Subject subject, Subject baseline, String name) {
    Suite suite = parameters.suites().get(name);
    if (suite == null) {
      throw new IllegalStateException("no suite " + name);
    }
    ObjectNode key = JsonNodeFactory.instance.objectNode();
    key.put("version", version);
    key.put("precision", precision.name());
    key.put("device", parameters.device());
    key.put("clock", parameters.clock());
    key.set("suite", Parameters.encode(suite));
    key.put("data", context.input("suite:" + name).digest());
    subject.identity().forEach(key.putArray("model")::add);
    if (suite.metric() == Metric.KL_DIVERGENCE) {
      baseline.identity().forEach(key.putArray("baseline")::add);
    }
    return key;
  }

  private static Precision precision(EvaluateParameters parameters) {
    return switch (parameters.precision()) {
      case FP32 -> Precision.FP32;
      case BF16 -> Precision.BF16;
      case AUTO ->
          TorchDevice.of(parameters.device()).prefersBfloat16() ? Precision.BF16 : Precision.FP32;
    };
  }

  private static LocalDateTime clock(EvaluateParameters parameters) {
    String clock = parameters.clock();
    return clock == null
        ? LocalDateTime.of(2026, 1, 1, 0, 0)
        : LocalDateTime.ofInstant(Instant.parse(clock), ZoneOffset.UTC);
  }
}

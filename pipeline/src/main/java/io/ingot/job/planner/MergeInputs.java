package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import io.ingot.run.InputRef;
import java.util.SequencedMap;

/**
 * Inputs of a merge: each model under the text by which the recipe names it. An adapter after
 * {@code +} becomes the input, and what stands before it its base.
 */
final class MergeInputs {
  private MergeInputs() {}

  static void add(Graph graph, JobSpec job, SequencedMap<String, InputRef> inputs, String text) {
    if (inputs.containsKey(text)) {
      return;
    }
    boolean own = job.models().containsKey(text) || job.steps().containsKey(text);
    int plus = own ? -1 : text.indexOf('+');
    if (plus < 0) {
      graph.model(inputs, text, text);
    } else {
      graph.adapter(inputs, text, text.substring(plus + 1));
      graph.model(inputs, text + "/base", text.substring(0, plus));
    }
  }
}

package io.ingot.step.evaluate;

import io.ingot.step.DatasetForm;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Planned;
import io.ingot.step.Range;
import io.ingot.step.Required;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to measure on which models.
 *
 * @param models names; their models are the inputs {@code model:NAME}
 * @param suites by name; their datasets are the inputs {@code suite:NAME}
 * @param select null for all
 * @param clock ISO instant that chat templates take for now; null where none asks
 * @param matrices whose members, called {@code MATRIX.NAME}, are measured side by side; null for
 *     none
 */
public record EvaluateParameters(
    @Doc("Models and steps of this job; of a quantize step all its files.") List<String> models,
    @Doc("What is measured.") Map<String, Suite> suites,
    @Doc(
            "Conditions such as blended.orders.exact_match >= 0.85; one that does not hold fails the run.")
        @Default("[]")
        List<String> gate,
    @Doc(
            "Suites that decide which member of a matrix is the best; default: all. The mean of"
                + " their exact matches decides (higher), then their perplexity (lower), then their"
                + " divergence (lower).")
        @Nullable List<String> select,
    @Doc("Element type of weights and arithmetic; auto: fp32 on CPU, bf16 on a GPU that has it.")
        @Default("auto")
        EvaluatePrecision precision,
    @Doc("auto, cpu, cuda or cuda:N.") @Default("auto") String device,
    @Planned @Nullable String clock,
    @Planned @Nullable List<String> matrices) {

  /**
   * One measurement.
   *
   * @param dataset its name in the job file; left out of the parameters of the step, so null there
   * @param form how its rows are read; never null at the step
   */
  public record Suite(
      @Doc("Name of a dataset of this job.") @Required @Nullable String dataset,
      @Doc("What is measured.") Metric metric,
      @Doc("Longest answer, in tokens.") @Default("256") @Range(min = 1)
          @Nullable Integer maxNewTokens,
      @Doc("Longest row, in tokens; default: what the model can see.") @Range(min = 2)
          @Nullable Integer maxLength,
      @Doc("Rows that are measured, from the top; default: all.") @Range(min = 1)
          @Nullable Integer limit,
      @Planned @Nullable DatasetForm form) {}

  /** What is measured. */
  public enum Metric {
    @Doc("Share of greedy answers that equal the expected one, character for character.")
    EXACT_MATCH,
    @Doc("exp of the mean negative log-likelihood of a token.")
    PERPLEXITY,
    @Doc("Mean Kullback-Leibler divergence from the first model of the list.")
    KL_DIVERGENCE
  }

  /** Element types. */
  public enum EvaluatePrecision {
    AUTO,
    FP32,
    BF16
  }
}

package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.Publisher;
import io.ingot.license.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * All that a card says, gathered from the run. Every list may be empty; what is not there is not
 * written about.
 *
 * @param title name of the model
 * @param repository {@code org/name} on the Hub; empty for a folder
 * @param main the folder of weights in the root; empty for a release of GGUF files alone
 * @param bases repositories of the Hub that it comes from
 * @param relation {@code finetune adapter merge quantized}
 * @param evaluation evaluation.json files by step
 * @param files everything that is published but the card itself
 * @param carried front matter of the base's card: languages, pipeline and the like
 */
public record CardFacts(
    String title,
    Optional<String> repository,
    Publisher publisher,
    Texts texts,
    Optional<ModelFacts> main,
    List<Base> bases,
    String relation,
    List<Dataset> datasets,
    List<Training> trainings,
    List<Merge> merges,
    List<Quantization> quantizations,
    SequencedMap<String, JsonNode> evaluations,
    List<PublishedFile> files,
    Verdict verdict,
    List<LicenseEvidence> evidence,
    ObjectNode carried,
    String tool) {

  /** What a person wrote. */
  public record Texts(
      Optional<String> summary, Optional<String> intendedUse, Optional<String> limitations) {}

  /**
   * A folder of weights.
   *
   * @param config config.json, or adapter_config.json of an adapter
   * @param parameters number of elements of all tensors
   * @param dtypes of the tensors, most frequent first
   */
  public record ModelFacts(
      String step,
      boolean adapter,
      ObjectNode config,
      long parameters,
      List<String> dtypes,
      Optional<String> chatTemplate) {}

  /** A repository that it comes from. */
  public record Base(String name, String repository, Optional<String> commit) {}

  /**
   * Data.
   *
   * @param source repository or file name
   * @param uses e.g. {@code training of orders-lora}
   */
  public record Dataset(
      String name,
      String source,
      boolean onHub,
      Optional<String> commit,
      Optional<String> sha256,
      Optional<String> format,
      Optional<Long> rows,
      Optional<String> license,
      List<String> uses,
      boolean training) {}

  /**
   * A finetune step.
   *
   * @param facts training.json
   * @param hyperparameters by dotted name
   */
  public record Training(
      String step,
      Optional<String> model,
      Optional<String> dataset,
      JsonNode facts,
      SequencedMap<String, String> hyperparameters) {}

  /** A merge step. */
  public record Merge(String step, String method, String recipe, JsonNode facts) {}

  /** A quantize step. */
  public record Quantization(String step, Optional<String> model, JsonNode facts) {}

  /**
   * A file of the release.
   *
   * @param artifact step that made it; {@code card} for what lies beside the weights
   */
  public record PublishedFile(String path, long bytes, String sha256, String artifact) {}

  /** GGUF files of the release. */
  public List<PublishedFile> gguf() {
    return files.stream().filter(file -> file.path().endsWith(".gguf")).toList();
  }
}

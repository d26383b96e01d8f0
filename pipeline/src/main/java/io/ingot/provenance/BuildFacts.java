package io.ingot.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * What provenance is made of. Holds no time, machine, run or secret.
 *
 * @param name of the released model
 * @param parameters the recipe after expansion
 * @param toolVersion of Ingot
 */
public record BuildFacts(
    String name,
    Optional<String> publisher,
    Optional<String> summary,
    Terms license,
    Optional<String> architecture,
    String task,
    List<Ancestor> models,
    List<Data> datasets,
    List<Metric> metrics,
    List<File> files,
    JsonNode parameters,
    String toolVersion) {

  /**
   * A license.
   *
   * @param spdx identifier of SPDX, where there is one
   */
  public record Terms(String name, Optional<String> spdx, Optional<String> url) {}

  /** A model that it comes from. */
  public record Ancestor(String repository, Optional<String> commit, Optional<Terms> license) {}

  /** Data that it was trained on or measured with. */
  public record Data(
      String name,
      String source,
      Optional<String> commit,
      Optional<String> sha256,
      Optional<Terms> license,
      boolean training) {}

  /** A score of the released model. */
  public record Metric(String type, String value, String slice) {}

  /** A released file. */
  public record File(String path, long bytes, String sha256) {}
}

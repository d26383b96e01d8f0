package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.RepoInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model that the job starts from, fixed to a content.
 *
 * @param name in the job
 * @param repo where it is a repository
 * @param folder where it is a folder
 * @param digest of the folder; empty for a repository
 * @param config content of config.json, or of adapter_config.json for an adapter
 * @param template the chat template; empty when it has none
 * @param base name of the model that this adapter stands on; empty for a whole model
 * @param sizes bytes of all files, by path
 */
public record PinnedModel(
    String name,
    Optional<RepoInfo> repo,
    Optional<Path> folder,
    Optional<String> digest,
    JsonNode config,
    Optional<String> template,
    Optional<String> base,
    Map<String, Long> sizes) {

  /** Name of the step that brings it here; slashes of a recipe's reference are no part of it. */
  String pull() {
    return "pull:" + name.replaceAll("[^A-Za-z0-9_.@-]+", "--");
  }

  /** Bytes of the weights, in safetensors files. */
  long weightBytes() {
    return sizes.entrySet().stream()
        .filter(e -> e.getKey().endsWith(".safetensors"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Whether a template asks for the time. */
  boolean asksForTime() {
    return template.filter(text -> text.contains("strftime_now")).isPresent();
  }
}

package io.ingot.transplant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.ArchitectureModule;
import io.ingot.model.Architectures;
import io.ingot.model.BoundedJson;
import io.ingot.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files beside the weights: the tokenizer and its chat template are the donor's; the
 * configurations are the model's, with the donor's number of rows and special tokens.
 */
final class DonatedFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "tokenizer.model",
          "added_tokens.json",
          "merges.txt",
          "vocab.json",
          "vocab.txt",
          "chat_template.jinja",
          "chat_template.json");

  private static final List<String> IDS =
      List.of(
          "bos_token_id",
          "eos_token_id",
          "pad_token_id",
          "unk_token_id",
          "sep_token_id",
          "cls_token_id",
          "mask_token_id");

  private DonatedFiles() {}

  static void write(Model model, Model donor, int rows, boolean untied, Path folder)
      throws IOException {
    ObjectNode config = model.config();
    ObjectNode donorConfig = donor.config();
    String key = vocabularyKey(config);
    int dot = key.lastIndexOf('.');
    JsonNode parent = dot < 0 ? config : ArchitectureModule.at(config, key.substring(0, dot));
    if (parent instanceof ObjectNode object) {
      object.put(key.substring(dot + 1), rows);
      if (object != config) {
        specialTokens(object, donorConfig, Optional.empty());
      }
    }
    if (untied && config.path("tie_word_embeddings").asBoolean(false)) {
      config.put("tie_word_embeddings", false);
    }
    specialTokens(config, donorConfig, Optional.empty());
    json(folder.resolve("config.json"), config);

    Optional<ObjectNode> generation = generation(model);
    if (generation.isPresent()) {
      specialTokens(generation.get(), donorConfig, generation(donor));
      json(folder.resolve("generation_config.json"), generation.get());
    }
    Path from = donor.folder().orElseThrow();
    for (String name : TOKENIZER) {
      if (Files.isRegularFile(from.resolve(name))) {
        Files.write(folder.resolve(name), Files.readAllBytes(from.resolve(name)));
      }
    }
  }

  private static String vocabularyKey(ObjectNode config) {
    String nested = "text_config.vocab_size";
    String usual =
        !config.has("vocab_size") && !ArchitectureModule.at(config, nested).isMissingNode()
            ? nested
            : "vocab_size";
    return config.path("architectures").size() == 1
        ? Architectures.find(config).map(a -> a.vocabularyKey()).orElse(usual)
        : usual;
  }

  private static Optional<ObjectNode> generation(Model model) {
    return model
        .folder()
        .map(f -> f.resolve("generation_config.json"))
        .filter(Files::isRegularFile)
        .map(BoundedJson::read);
  }

  /** Ids of the old vocabulary mean nothing now: those that the donor does not name go. */
  private static void specialTokens(ObjectNode json, ObjectNode donor, Optional<ObjectNode> first) {
    for (String id : IDS) {
      JsonNode value =
          first.map(f -> f.path(id)).filter(v -> !v.isMissingNode()).orElse(donor.path(id));
      if (!value.isMissingNode()) {
        json.set(id, value);
      } else {
        json.remove(id);
      }
    }
  }

  private static void json(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }
}

package io.ingot.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.TokenizerRecipe;
import io.ingot.merge.tokenizer.ChatTemplates;
import io.ingot.merge.tokenizer.EmbeddingRows;
import io.ingot.merge.tokenizer.MergedVocabulary;
import io.ingot.merge.tokenizer.VocabularyModel;
import io.ingot.model.BoundedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer files that a merge makes itself: a merged vocabulary, another chat template.
 *
 * @param vocabulary null when the donor's tokenizer is copied
 * @param chatTemplate empty when it stays that of the settings
 * @param settings folder of the model whose vocabulary was asked for by name; empty: the donor's
 */
record MergedTokenizer(
    @Nullable MergedVocabulary vocabulary, Optional<String> chatTemplate, Optional<Path> settings) {
  /** The donor's files, as they are. */
  static final MergedTokenizer DONORS =
      new MergedTokenizer(null, Optional.empty(), Optional.empty());

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Makes the tokenizer of a merge.
   *
   * @param compatible whether to fail, as mergekit does, where a token is taken from a model whose
   *     weights take no part
   */
  static MergedTokenizer of(
      Recipe recipe, Map<ModelRef, Participant> participants, boolean compatible) {
    ModelRef base = recipe.base().orElseGet(() -> recipe.references().getFirst());
    MergedVocabulary vocabulary = null;
    Optional<Path> settings = Optional.empty();
    if (recipe.tokenizer().isPresent()) {
      TokenizerRecipe tokenizer = recipe.tokenizer().get();
      List<VocabularyModel> models = new ArrayList<>();
      participants.forEach(
          (reference, participant) ->
              models.add(
                  new VocabularyModel(
                      reference,
                      folder(participant),
                      rows(participant),
                      recipe.references().contains(reference))));
      if (compatible) {
        requireMerged(tokenizer, recipe.references());
      }
      vocabulary = MergedVocabulary.of(tokenizer, base, models);
      if (tokenizer.source() instanceof TokenizerRecipe.Source.Of of) {
        settings = Optional.ofNullable(participants.get(of.model())).map(MergedTokenizer::folder);
      }
    }
    Optional<String> template =
        recipe
            .chatTemplate()
            .flatMap(
                setting ->
                    ChatTemplates.resolve(
                        setting,
                        recipe.references().stream()
                            .map(participants::get)
                            .flatMap(
                                p ->
                                    p == null
                                        ? java.util.stream.Stream.of()
                                        : p.model().folder().stream())
                            .toList()));
    return new MergedTokenizer(vocabulary, template, settings);
  }

  private static void requireMerged(TokenizerRecipe tokenizer, List<ModelRef> merged) {
    for (ModelRef giver : tokenizer.givers()) {
      if (!merged.contains(giver)) {
        throw IngotException.invalid(
            "the tokenizer section takes a token from %s, which is not one of the merged models; mergekit fails there"
                .formatted(giver));
      }
    }
  }

  EmbeddingRows rows() {
    return vocabulary == null ? EmbeddingRows.UNCHANGED : vocabulary;
  }

  /** Writes what differs from the donor's files, which are copied afterwards. */
  void write(Participant donor, Path folder) throws IOException {
    if (vocabulary == null && chatTemplate.isEmpty()) {
      return;
    }
    Path source = settings.orElseGet(() -> folder(donor));
    if (vocabulary != null) {
      JSON.writerWithDefaultPrettyPrinter()
          .writeValue(folder.resolve("tokenizer.json").toFile(), vocabulary.json());
    }
    Optional<String> template = chatTemplate.or(() -> ChatTemplates.of(source));
    Path config = source.resolve("tokenizer_config.json");
    ObjectNode entries =
        Files.isRegularFile(config) ? BoundedJson.read(config) : JSON.createObjectNode();
    if (vocabulary != null) {
      entries.set("added_tokens_decoder", decoder(vocabulary.json()));
    }
    if (template.isPresent()) {
      entries.put("chat_template", template.get());
      Files.writeString(folder.resolve("chat_template.jinja"), template.get());
    }
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("tokenizer_config.json").toFile(), entries);
    Path special = source.resolve("special_tokens_map.json");
    if (Files.isRegularFile(special)) {
      Files.write(folder.resolve("special_tokens_map.json"), Files.readAllBytes(special));
    }
  }

  private static ObjectNode decoder(ObjectNode tokenizer) {
    ObjectNode decoder = JSON.createObjectNode();
    tokenizer
        .path("added_tokens")
        .forEach(
            token -> {
              ObjectNode entry = token.deepCopy();
              String id = entry.path("id").asText();
              entry.remove("id");
              decoder.set(id, entry);
            });
    return decoder;
  }

  private static int rows(Participant participant) {
    int size = participant.config().path("vocab_size").asInt(0);
    return size > 0 ? size : participant.config().path("text_config").path("vocab_size").asInt();
  }

  private static Path folder(Participant participant) {
    return participant
        .model()
        .folder()
        .orElseThrow(
            () ->
                IngotException.invalid(
                    "model "
                        + participant.reference()
                        + " has no tokenizer files; a tokenizer section needs them"));
  }
}

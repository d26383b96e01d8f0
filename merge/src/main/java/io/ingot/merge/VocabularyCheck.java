package io.ingot.merge;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.merge.tokenizer.TokenIds;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether rows of embeddings mean the same tokens in all models. Without a tokenizer section they
 * are merged by position.
 */
final class VocabularyCheck {
  private final Participant first;
  private final Findings findings;

  /**
   * @param first the model whose tokenizer goes along
   */
  VocabularyCheck(Participant first, Findings findings) {
    this.first = first;
    this.findings = findings;
  }

  /** Rows of the input embedding; empty when none is recognized. */
  static OptionalLong rows(Participant model) {
    return model.weights().tensors().values().stream()
        .filter(t -> t.shape().size() == 2 && ConfigEdits.isInputEmbedding(t.name()))
        .map(TensorInfo::shape)
        .mapToLong(List::getFirst)
        .findFirst();
  }

  /** A model's own files: what config.json counts and what is stored. */
  void ownSize(Participant model, Optional<Architecture> architecture) {
    JsonNode size =
        ArchitectureModule.at(
            model.config(), architecture.map(Architecture::vocabularyKey).orElse("vocab_size"));
    OptionalLong rows = rows(model);
    if (rows.isPresent() && size.isIntegralNumber() && size.asLong() != rows.getAsLong()) {
      findings.warn(
          model.reference().toString(),
          "",
          "config.json says vocab_size %s, but the embedding has %d rows"
              .formatted(size, rows.getAsLong()),
          "the rows count");
    }
  }

  /** Compares a model with the first when no tokenizer section is given. */
  void compare(Participant model) {
    OptionalLong mine = rows(first);
    OptionalLong theirs = rows(model);
    if (mine.isPresent() && theirs.isPresent() && mine.getAsLong() != theirs.getAsLong()) {
      findings.warn(
          model.reference().toString(),
          "",
          "the embedding has %d rows, that of %s has %d; rows are merged by position"
              .formatted(theirs.getAsLong(), first.reference(), mine.getAsLong()),
          "'tokenizer: {source: union}' matches them by token");
    }
    Optional<Path> a = first.model().folder();
    Optional<Path> b = model.model().folder();
    if (a.isEmpty() || b.isEmpty() || a.equals(b)) {
      return;
    }
    try {
      if (!sameFile(a.get(), b.get(), "tokenizer.json")) {
        compareTokens(model, TokenIds.read(a.get()), TokenIds.read(b.get()));
      } else if (!Files.exists(a.get().resolve("tokenizer.json"))
          && !sameFile(a.get(), b.get(), "tokenizer.model")) {
        differ(model, "their tokenizer.model files differ");
      }
    } catch (IngotException e) {
      findings.warn(model.reference().toString(), "", String.valueOf(e.getMessage()), "");
    } catch (IOException e) {
      findings.warn(
          model.reference().toString(), "", "the tokenizer cannot be read: " + e.getMessage(), "");
    }
  }

  /** Also when neither is there, or only one is. */
  private static boolean sameFile(Path a, Path b, String name) throws IOException {
    Path left = a.resolve(name);
    Path right = b.resolve(name);
    return !Files.isRegularFile(left)
        || !Files.isRegularFile(right)
        || Files.mismatch(left, right) < 0;
  }

  private void compareTokens(
      Participant model,
      Optional<Map<String, Integer>> mine,
      Optional<Map<String, Integer>> theirs) {
    if (mine.isEmpty() || theirs.isEmpty()) {
      return;
    }
    List<String> moved =
        theirs.get().entrySet().stream()
            .filter(e -> mine.get().containsKey(e.getKey()))
            .filter(e -> !e.getValue().equals(mine.get().get(e.getKey())))
            .map(Map.Entry::getKey)
            .toList();
    List<Map.Entry<String, Integer>> foreign =
        theirs.get().entrySet().stream()
            .filter(e -> !mine.get().containsKey(e.getKey()))
            .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
            .toList();
    if (moved.isEmpty() && foreign.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("of its %d tokens ".formatted(theirs.get().size()));
    if (!foreign.isEmpty()) {
      text.append(
          "%d are unknown to %s (such as '%s', id %d)"
              .formatted(
                  foreign.size(),
                  first.reference(),
                  foreign.getFirst().getKey(),
                  foreign.getFirst().getValue()));
    }
    if (!moved.isEmpty()) {
      String token = moved.stream().min(Comparator.naturalOrder()).orElseThrow();
      text.append(foreign.isEmpty() ? "" : " and ")
          .append(
              "%d have another id (such as '%s', %d instead of %d)"
                  .formatted(moved.size(), token, theirs.get().get(token), mine.get().get(token)));
    }
    differ(model, text.toString());
  }

  private void differ(Participant model, String what) {
    findings.warn(
        model.reference().toString(),
        "",
        "another tokenizer than that of %s: %s. Rows of the embedding are merged by position, whatever token they stand for"
            .formatted(first.reference(), what),
        "'tokenizer: {source: union}' or '{source: base}' matches them by token");
  }
}

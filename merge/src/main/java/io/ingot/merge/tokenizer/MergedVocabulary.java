package io.ingot.merge.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.method.Operand;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.TokenizerRecipe;
import io.ingot.merge.recipe.TokenizerRecipe.Row;
import io.ingot.merge.recipe.TokenizerRecipe.Source;
import io.ingot.merge.recipe.TokenizerRecipe.TokenRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One vocabulary for all models. Each model's embedding gets a row for every token: its own, or one
 * that is taken from the models that have the token.
 */
public final class MergedVocabulary implements EmbeddingRows {
  private final TokenizerRecipe recipe;
  private final TokenizerFile tokenizer;
  private final Map<String, Integer> ids;
  private final Map<ModelRef, Map<String, Integer>> known;
  private final int rows;

  private MergedVocabulary(
      TokenizerRecipe recipe, TokenizerFile tokenizer, Map<ModelRef, Map<String, Integer>> known) {
    this.recipe = recipe;
    this.tokenizer = tokenizer;
    this.ids = tokenizer.ids();
    this.known = known;
    int count = Math.max(ids.size(), ids.values().stream().mapToInt(i -> i + 1).max().orElse(0));
    int multiple = recipe.padToMultipleOf().orElse(1);
    this.rows = (count + multiple - 1) / multiple * multiple;
  }

  /**
   * Makes the vocabulary.
   *
   * @param base whose tokenizer comes first
   * @param models those of the merge in order, the base first, then those named for tokens only
   */
  public static MergedVocabulary of(
      TokenizerRecipe recipe, ModelRef base, List<VocabularyModel> models) {
    Map<ModelRef, TokenizerFile> files = new LinkedHashMap<>();
    Map<ModelRef, Map<String, Integer>> known = new HashMap<>();
    for (VocabularyModel model : models) {
      TokenizerFile file = TokenizerFile.read(model.folder());
      files.put(model.reference(), file);
      Map<String, Integer> own = new HashMap<>(file.ids());
      own.values().removeIf(id -> id >= model.rows());
      known.put(model.reference(), own);
    }
    int baseRows =
        models.stream().filter(m -> m.reference().equals(base)).findFirst().orElseThrow().rows();
    TokenizerFile stripped = require(files, base).without(baseRows);
    TokenizerFile merged =
        switch (recipe.source()) {
          case Source.Base b -> stripped;
          case Source.Of of -> new TokenizerFile(require(files, of.model()).json().deepCopy());
          case Source.Union u -> {
            models.stream().filter(m -> !m.merged()).forEach(m -> files.remove(m.reference()));
            yield union(stripped, files, known);
          }
        };
    for (String token : recipe.tokens().keySet()) {
      append(merged, token, null);
    }
    return new MergedVocabulary(recipe, merged, known);
  }

  private static TokenizerFile require(Map<ModelRef, TokenizerFile> files, ModelRef model) {
    TokenizerFile file = files.get(model);
    if (file == null) {
      throw new IllegalStateException("no tokenizer of " + model);
    }
    return file;
  }

  /** Sub-words that the base lacks become added tokens, by id; then all added tokens of all. */
  private static TokenizerFile union(
      TokenizerFile first,
      Map<ModelRef, TokenizerFile> files,
      Map<ModelRef, Map<String, Integer>> known) {
    Map<String, Integer> present = new HashMap<>(first.ids());
    int[] next = {present.values().stream().mapToInt(i -> i + 1).max().orElse(0)};
    files.forEach(
        (model, file) -> {
          Map<String, Integer> own = known.getOrDefault(model, Map.of());
          List<String> added =
              file.addedTokens().stream().map(t -> t.path("content").asText()).toList();
          own.entrySet().stream()
              .filter(e -> !present.containsKey(e.getKey()) && !added.contains(e.getKey()))
              .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
              .forEach(
                  e -> {
                    first.add(e.getKey(), next[0], null);
                    present.put(e.getKey(), next[0]++);
                  });
        });
    files.forEach(
        (model, file) -> {
          Map<String, Integer> own = known.getOrDefault(model, Map.of());
          for (ObjectNode token : file.addedTokens()) {
            String content = token.path("content").asText();
            if (!present.containsKey(content) && own.containsKey(content)) {
              first.add(content, next[0], token);
              present.put(content, next[0]++);
            }
          }
        });
    return first;
  }

  private static void append(
      TokenizerFile file, String token, @org.jspecify.annotations.Nullable ObjectNode settings) {
    Map<String, Integer> ids = file.ids();
    if (!ids.containsKey(token)) {
      file.add(token, ids.values().stream().mapToInt(i -> i + 1).max().orElse(0), settings);
    }
  }

  /** The merged tokenizer.json. */
  public ObjectNode json() {
    return tokenizer.json();
  }

  @Override
  public Optional<Integer> size() {
    return Optional.of(rows);
  }

  @Override
  public List<Operand> permute(
      String tensor,
      List<Operand> operands,
      Optional<ModelRef> base,
      Function<ModelRef, Optional<Operand>> finder,
      List<String> warnings) {
    Map<ModelRef, Optional<Operand>> outside = new HashMap<>();
    Function<ModelRef, Optional<Operand>> others = model -> outside.computeIfAbsent(model, finder);
    Map<ModelRef, Operand> givers = new LinkedHashMap<>();
    operands.forEach(o -> givers.put(o.model(), o));
    base.filter(b -> !givers.containsKey(b))
        .flatMap(others)
        .ifPresent(o -> givers.put(o.model(), o));
    Map<String, Integer> places = new HashMap<>();
    List<Donation> donations = new ArrayList<>();
    ids.keySet()
        .forEach(
            token -> {
              TokenRule rule = recipe.tokens().get(token);
              boolean forced = rule != null && rule.force();
              boolean missing = givers.keySet().stream().anyMatch(m -> !has(m, token));
              if (forced || missing) {
                places.put(token, donations.size());
                donations.add(donation(tensor, token, rule, givers, base, others, warnings));
              }
            });
    donations.forEach(d -> d.parts().forEach(p -> requireRow(tensor, p)));
    Donations given = Donations.of(donations, operands);
    given.outside().forEach(o -> requireColumns(tensor, o, operands.getFirst()));
    List<Operand> permuted = new ArrayList<>();
    for (Operand operand : operands) {
      permuted.add(permute(tensor, operand, places, given, permuted.isEmpty()));
    }
    return permuted;
  }

  private Operand permute(
      String tensor,
      Operand operand,
      Map<String, Integer> places,
      Donations given,
      boolean accountable) {
    int[] own = new int[rows];
    java.util.Arrays.fill(own, EmbeddingTable.PADDING);
    ids.forEach(
        (token, id) -> {
          TokenRule rule = recipe.tokens().get(token);
          boolean forced = rule != null && rule.force();
          Integer place = places.get(token);
          if (place != null && (forced || !has(operand.model(), token))) {
            own[id] = EmbeddingTable.given(place);
          } else {
            own[id] = row(operand.model(), token);
            requireRow(tensor, new Donation.Part(operand, own[id]));
          }
        });
    return new Operand(
        operand.model(),
        new EmbeddingTable(operand, own, given, accountable),
        operand.dtype(),
        operand.parameters());
  }

  private static void requireRow(String tensor, Donation.Part part) {
    Operand operand = part.operand();
    long stored = operand.elements() / Math.max(1, EmbeddingTable.columns(operand));
    if (part.row() < 0 || part.row() >= stored) {
      throw IngotException.invalid(
          "the tokenizer section takes the row of token id %d from %s, whose %s has %d rows; ids are from 0 to %d"
              .formatted(part.row(), operand.model(), tensor, stored, stored - 1));
    }
  }

  private static void requireColumns(String tensor, Operand giver, Operand taker) {
    if (EmbeddingTable.columns(giver) != EmbeddingTable.columns(taker)) {
      throw IngotException.invalid(
          "the tokenizer section takes rows of %s from %s, where it has shape %s; %s has %s"
              .formatted(tensor, giver.model(), giver.shape(), taker.model(), taker.shape()));
    }
  }

  private Donation donation(
      String tensor,
      String token,
      @org.jspecify.annotations.Nullable TokenRule rule,
      Map<ModelRef, Operand> givers,
      Optional<ModelRef> base,
      Function<ModelRef, Optional<Operand>> others,
      List<String> warnings) {
    if (rule != null && rule.row().isPresent()) {
      return configured(token, rule.row().get(), givers, others);
    }
    List<ModelRef> owners = givers.keySet().stream().filter(m -> has(m, token)).toList();
    if (owners.isEmpty()) {
      warnings.add(
          "tensor %s: no model has a row for token '%s'; it is zero".formatted(tensor, token));
      return Donation.ZERO;
    }
    List<ModelRef> chosen =
        base.filter(b -> owners.size() > 1 && owners.contains(b)).map(List::of).orElse(owners);
    return new Donation(
        chosen.stream()
            .map(m -> new Donation.Part(operand(givers, others, m), row(m, token)))
            .toList());
  }

  private Donation configured(
      String token,
      Row row,
      Map<ModelRef, Operand> givers,
      Function<ModelRef, Optional<Operand>> others) {
    return switch (row) {
      case Row.Zero zero -> Donation.ZERO;
      case Row.Same same ->
          new Donation(
              List.of(
                  new Donation.Part(
                      operand(givers, others, same.model()), row(same.model(), token))));
      case Row.Token other ->
          new Donation(
              List.of(
                  new Donation.Part(
                      operand(givers, others, other.model()),
                      other
                          .id()
                          .orElseGet(() -> row(other.model(), other.token().orElseThrow())))));
    };
  }

  private static Operand operand(
      Map<ModelRef, Operand> givers, Function<ModelRef, Optional<Operand>> others, ModelRef model) {
    Operand given = givers.get(model);
    return given != null
        ? given
        : others
            .apply(model)
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        "the tokenizer section names " + model + ", which has no such embedding"));
  }

  private boolean has(ModelRef model, String token) {
    return known.getOrDefault(model, Map.of()).containsKey(token);
  }

  private int row(ModelRef model, String token) {
    Integer row = known.getOrDefault(model, Map.of()).get(token);
    if (row == null) {
      throw IngotException.invalid(
          "the tokenizer section takes token '%s' from %s, which does not have it"
              .formatted(token, model));
    }
    return row;
  }
}

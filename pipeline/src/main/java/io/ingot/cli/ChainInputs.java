package io.ingot.cli;

import io.ingot.cli.ModelLocations.Location;
import io.ingot.merge.MergeChain;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.ModelResolver;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.RecipeDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Models of a recipe with several documents, each with the licenses of all that went into it. */
final class ChainInputs implements MergeChain.Inputs {
  private final List<RecipeDocument> documents;
  private final Supplier<ModelLocations> locations;
  private final Map<String, String> environment;
  private final Console console;
  private final Map<RecipeDocument, ModelLocations> used = new HashMap<>();

  /**
   * @param documents each behind those whose results it reads
   * @param locations makes one for each document
   */
  ChainInputs(
      List<RecipeDocument> documents,
      Supplier<ModelLocations> locations,
      Map<String, String> environment,
      Console console) {
    this.documents = documents;
    this.locations = locations;
    this.environment = environment;
    this.console = console;
  }

  @Override
  public ModelResolver models(RecipeDocument document) {
    return locations(document);
  }

  private ModelLocations locations(RecipeDocument document) {
    return used.computeIfAbsent(document, d -> locations.get());
  }

  @Override
  public Path adapter(RecipeDocument document, ModelRef reference) {
    return locations(document).locate(reference);
  }

  @Override
  public MergeFacts facts(RecipeDocument document, String title) {
    MergeLicenses licenses = licenses(document);
    if (document.name().isEmpty() || documents.getLast().equals(document)) {
      licenses.obstacles().forEach(console::warn);
    }
    return licenses.facts(title);
  }

  /** Of everything that a document and those it needs read. */
  MergeLicenses licenses(RecipeDocument document) {
    Set<Location> found = new LinkedHashSet<>();
    collect(document, found);
    return MergeLicenses.of(new ArrayList<>(found), environment);
  }

  private void collect(RecipeDocument document, Set<Location> found) {
    for (RecipeDocument other : documents) {
      if (other.name().map(document.uses()::contains).orElse(false)) {
        collect(other, found);
      }
    }
    found.addAll(locations(document).found());
  }
}

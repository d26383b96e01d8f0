package io.ingot.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Files of several recipes: names, order, texts, and what can be wrong with them. */
class RecipeDocumentsTest {
  private static RecipeDocuments read(String text) {
    return RecipeDocuments.read("recipe.yml", text);
  }

  private static List<String> problems(String text) {
    RecipeDocuments documents = read(text);
    assertThat(documents.documents()).isEmpty();
    return documents.problems().stream().map(RecipeProblem::text).toList();
  }

  private static String linear(String name, String... models) {
    StringBuilder text = new StringBuilder();
    if (!name.isEmpty()) {
      text.append("name: ").append(name).append('\n');
    }
    text.append("merge_method: linear\nmodels:\n");
    for (String model : models) {
      text.append("  - {model: ").append(model).append(", parameters: {weight: 1}}\n");
    }
    return text.toString();
  }

  private static String join(String... documents) {
    return String.join("---\n", documents);
  }

  @Test
  void putsEveryDocumentBehindThoseItReads() {
    RecipeDocuments documents =
        read(join(linear("", "two", "x"), linear("two", "one", "y"), linear("one", "x", "y")));
    assertThat(documents.problems()).isEmpty();
    assertThat(documents.documents().stream().map(d -> d.name().orElse("-")))
        .containsExactly("one", "two", "-");
    assertThat(documents.unnamed()).isPresent();
    assertThat(documents.documents().getLast().uses()).containsExactly("two");
  }

  @Test
  void findsReferencesWhereverAModelMayStand() {
    String text =
        """
        name: a
        merge_method: passthrough
        models: [{model: x}]
        ---
        name: b
        merge_method: passthrough
        models: [{model: x}]
        ---
        name: c
        merge_method: passthrough
        models: [{model: x}]
        ---
        name: d
        merge_method: passthrough
        models: [{model: x}]
        ---
        name: e
        merge_method: passthrough
        models: [{model: x}]
        ---
        name: unused
        merge_method: passthrough
        models: [{model: x}]
        ---
        merge_method: ties
        base_model: a
        slices:
          - sources:
              - {model: {model: {path: b}, override_architecture: Z}, layer_range: [0, 1]}
              - {model: e+some-lora, layer_range: [0, 1]}
            base_model: c
        parameters: {weight: 1}
        tokenizer:
          source: union
          tokens: {<x>: {source: {kind: model_token, model: d, token: <y>}}}
        """;
    RecipeDocuments documents = read(text);
    assertThat(documents.problems()).isEmpty();
    assertThat(documents.documents().getLast().uses())
        .containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    assertThat(documents.needed()).hasSize(6);
    assertThat(documents.documents()).hasSize(7);
  }

  @Test
  void aRevisionMeansTheHub() {
    RecipeDocuments documents = read(join(linear("one", "x"), linear("", "one@main", "y")));
    assertThat(documents.unnamed().orElseThrow().uses()).isEmpty();
  }

  @Test
  void keepsTheTextOfEveryDocument() {
    String one = "# the first\n" + linear("one", "x");
    String two = linear("two", "one");
    String end = "# the end\n" + linear("", "two");
    for (String text : List.of(join(one, two, end), "---\n" + join(one, two, end))) {
      List<RecipeDocument> documents = read(text).documents();
      assertThat(documents.get(0).text()).isEqualTo(one);
      assertThat(documents.get(1).text()).isEqualTo(two);
      assertThat(documents.get(2).text()).isEqualTo(end);
      assertThat(documents.get(1).source()).isEqualTo(one + "---\n" + two);
      assertThat(read(documents.get(2).source()).documents()).hasSize(3);
    }
    String alone = "---\n" + one + "...\n";
    assertThat(read(alone).documents().getFirst().source()).isEqualTo(alone);
  }

  @Test
  void readsDocumentsThatBeginOnTheLineOfTheirMarker() {
    List<RecipeDocument> documents =
        read("--- {name: one, merge_method: linear, models: [{model: x}]}\n--- # end\n"
                + linear("", "one"))
            .documents();
    assertThat(documents).hasSize(2);
    assertThat(read(documents.getLast().source()).documents()).hasSize(2);
  }

  @Test
  void theRecipesInTheReadmeAreRecipes() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    Matcher blocks =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(readme.substring(0, readme.indexOf("\n## Methods\n")));
    int found = 0;
    while (blocks.find()) {
      found++;
      RecipeDocuments documents = read(blocks.group(1));
      assertThat(documents.problems()).as(blocks.group(1)).isEmpty();
      assertThat(documents.documents()).isNotEmpty();
    }
    assertThat(found).isGreaterThan(6);
  }

  @Test
  void refusesTwoDocumentsWithoutAName() {
    assertThat(problems(join(linear("", "x"), linear("", "y"))))
        .anyMatch(
            p -> p.startsWith("5:1:") && p.contains("without 'name'") && p.contains("line 1"));
  }

  @Test
  void refusesADuplicateNameAndOneThatLeavesTheFolder() {
    assertThat(problems(join(linear("one", "x"), linear("one", "y"))))
        .containsExactly("6:7: name: the name 'one' is taken by the document at line 1");
    assertThat(problems(join(linear("../one", "x"), linear("", "y"))))
        .anyMatch(p -> p.startsWith("1:7: name:") && p.contains("it becomes a folder"));
  }

  @Test
  void refusesCirclesAndSelfReferencesWithTheirPlace() {
    assertThat(problems(join(linear("one", "one"), linear("", "one"))))
        .containsExactly(
            "4:13: models[0].model: 'one' is this document itself; a merge cannot read its own result");
    assertThat(
            problems(
                join(linear("one", "x", "two"), linear("two", "three"), linear("three", "one"))))
        .containsExactly(
            "15:13: models[0].model: the documents need each other in a circle: one -> two -> three -> one");
  }

  @Test
  void refusesAMergeAsAnAdapter() {
    assertThat(problems(join(linear("one", "x"), linear("", "y+one"))))
        .anyMatch(p -> p.startsWith("8:13:") && p.contains("where an adapter is expected"));
  }

  @Test
  void tellsAKeyThatStandsTwiceOnce() {
    String one = linear("x", "a", "b");
    assertThat(problems("name: y\n" + one)).singleElement().asString().contains("twice");
    assertThat(
            problems(
                join(one + "parameters: {normalize: true, normalize: true}\n", linear("", "x"))))
        .singleElement()
        .asString()
        .contains("'normalize' stands here twice");
  }
}

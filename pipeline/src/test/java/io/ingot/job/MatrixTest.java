package io.ingot.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixTest {
  private static final String HEAD =
      """
      apiVersion: ingot/v1
      name: small
      models: {base: {path: model}, other: {path: model}}
      datasets: {chat: {path: chat.jsonl, format: messages}, held: {path: held.txt}}
      steps:
      """;

  private static final String SWEEP =
      """
        blend:
          matrix:
            density: [0.3, 0.50]
            weight: [1, 2]
          merge:
            merge_method: ties
            base_model: base
            models:
              - {model: other, parameters: {density: "${matrix.density}", weight: "${matrix.weight}"}}
      """;

  @TempDir Path folder;

  @Test
  void numbersMultiplyAndStayNumbers() throws IOException {
    JobSpec job = read(SWEEP);
    assertThat(job.steps().keySet())
        .containsExactly(
            "blend.density=0.3.weight=1",
            "blend.density=0.3.weight=2",
            "blend.density=0.50.weight=1",
            "blend.density=0.50.weight=2");
    JsonNode recipe = job.step("blend.density=0.50.weight=2").body();
    assertThat(recipe.toString())
        .isEqualTo(
            "{\"merge_method\":\"ties\",\"base_model\":\"base\",\"models\":[{\"model\":\"other\","
                + "\"parameters\":{\"density\":0.5,\"weight\":2}}]}");
    MatrixSpec matrix = blend(job);
    assertThat(matrix.axes()).containsExactly("density", "weight");
    assertThat(matrix.members()).containsExactlyElementsOf(job.steps().keySet());
    assertThat(matrix.own("blend.density=0.3.weight=1")).isEqualTo("density=0.3.weight=1");
  }

  @Test
  void partsOfRecipesAreLaidOverTheMerge() throws IOException {
    JobSpec job =
        read(
            """
              blend:
                matrix:
                  method:
                    linear: {base_model: null}
                    ties: {parameters: {normalize: false}}
                    slerp:
                      models: [{model: base}, {model: other}]
                      parameters: {weight: null, t: 0.5}
                merge:
                  merge_method: ${matrix.method}
                  base_model: base
                  models: [{model: other}]
                  parameters: {weight: 1.0}
                  chat_template: mixed by ${matrix.method}
            """);
    assertThat(job.step("blend.linear").body().toString())
        .isEqualTo(
            "{\"merge_method\":\"linear\",\"base_model\":null,\"models\":[{\"model\":\"other\"}],"
                + "\"parameters\":{\"weight\":1.0},\"chat_template\":\"mixed by linear\"}");
    assertThat(job.step("blend.ties").body().get("parameters").toString())
        .isEqualTo("{\"weight\":1.0,\"normalize\":false}");
    assertThat(job.step("blend.slerp").body().get("models").size()).isEqualTo(2);
    assertThat(job.step("blend.slerp").body().get("parameters").toString())
        .isEqualTo("{\"weight\":null,\"t\":0.5}");
  }

  @Test
  void aValueMultipliesOnlyTheRecipesThatUseIt() throws IOException {
    JobSpec job =
        read(
            """
              blend:
                matrix:
                  t: [0.3, 0.7]
                  method:
                    linear: {}
                    slerp: {base_model: base, parameters: {t: "${matrix.t}"}}
                    nuslerp: {base_model: base, parameters: {weight: "${matrix.curve}"}}
                  curve: {up: [0, 0.5, 1], flat: 0.5}
                merge:
                  merge_method: ${matrix.method}
                  models: [{model: base}, {model: other}]
            """);
    assertThat(job.steps().keySet())
        .containsExactly(
            "blend.linear",
            "blend.t=0.3.slerp",
            "blend.nuslerp.curve=up",
            "blend.nuslerp.curve=flat",
            "blend.t=0.7.slerp");
    assertThat(job.step("blend.nuslerp.curve=up").body().at("/parameters/weight").toString())
        .isEqualTo("[0,0.5,1]");
    assertThat(job.step("blend.t=0.7.slerp").body().at("/parameters/t").doubleValue())
        .isEqualTo(0.7);
  }

  @Test
  void aValueDoesNotMultiplyAMethodOnWhichItHasNoEffect() throws IOException {
    JobSpec job =
        read(
            """
              blend:
                matrix:
                  density: [0.3, 0.5]
                  method: [linear, ties]
                  variant: {plain: {}, slerp: {merge_method: slerp, parameters: {t: 0.5}}}
                merge:
                  merge_method: ${matrix.method}
                  base_model: base
                  models:
                    - {model: base}
                    - {model: other, parameters: {weight: 1, density: "${matrix.density}"}}
            """);
    assertThat(job.steps().keySet())
        .containsExactly(
            "blend.method=linear.plain",
            "blend.slerp",
            "blend.density=0.3.method=ties.plain",
            "blend.density=0.5.method=ties.plain");
    assertThat(job.step("blend.method=linear.plain").body().at("/models/1").toString())
        .isEqualTo("{\"model\":\"other\",\"parameters\":{\"weight\":1}}");
    assertThat(
            problems(
                """
                  blend:
                    matrix: {density: [0.3, 0.5]}
                    merge:
                      merge_method: linear
                      models: [{model: base}]
                      parameters: {density: "${matrix.density}"}
                """))
        .containsExactly(
            "job.yaml:7:14: error: steps.blend.matrix.density: has no effect; write"
                + " \"${matrix.density}\" in the merge, as a parameter that its method has");
  }

  @Test
  void exclusionsLeaveMembersOut() throws IOException {
    JobSpec job =
        read(
            SWEEP.replace(
                "weight: [1, 2]", "weight: [1, 2]\n      exclude: [{density: 0.5, weight: 1.0}]"));
    assertThat(blend(job).members())
        .containsExactly(
            "blend.density=0.3.weight=1",
            "blend.density=0.3.weight=2",
            "blend.density=0.50.weight=2");
  }

  @Test
  void theNameOfAMatrixStandsForItsMembersInAnEvaluation() throws IOException {
    JobSpec job =
        read(
            SWEEP
                + """
                  quality:
                    evaluate:
                      models: [base, blend, other]
                      suites: {text: {dataset: held, metric: perplexity}}
                      gate: [blend.density=0.3.weight=2.text.perplexity < 3]
                """);
    assertThat(job.step("quality").body().get("models").toString())
        .isEqualTo(
            "[\"base\",\"blend.density=0.3.weight=1\",\"blend.density=0.3.weight=2\","
                + "\"blend.density=0.50.weight=1\",\"blend.density=0.50.weight=2\",\"other\"]");
  }

  @Test
  void overridesReachTheMatrix() throws IOException {
    Path file = JobFiles.write(folder, HEAD + SWEEP);
    Problems problems = new Problems();
    JobSpec job =
        JobFiles.reader()
            .read(file, List.of("steps.blend.matrix.density=[0.9]"), problems)
            .orElseThrow();
    assertThat(problems.sorted()).isEmpty();
    assertThat(job.steps().keySet())
        .containsExactly("blend.density=0.9.weight=1", "blend.density=0.9.weight=2");
  }

  @Test
  void allMistakesInAMatrixAreToldAtOnce() throws IOException {
    assertThat(
            problems(
                """
                  blend:
                    matrix:
                      density: [0.3, 0.30, null, [1], a/b]
                      empty: []
                      two-words: [1]
                      mixed: {a: {merge_method: ties}, b: 5}
                      number: 5
                      named: {none: , "a b": 1}
                    merge: {merge_method: linear, models: [{model: base}]}
                """))
        .containsExactly(
            "job.yaml:8:22: error: steps.blend.matrix.density[1]: '0.30' is the same value as"
                + " '0.3'",
            "job.yaml:8:28: error: steps.blend.matrix.density[2]: expected a number or a word;"
                + " values of other shapes need names, such as density: {up: [0, 1], down: [1,"
                + " 0]}",
            "job.yaml:8:34: error: steps.blend.matrix.density[3]: expected a number or a word;"
                + " values of other shapes need names, such as density: {up: [0, 1], down: [1,"
                + " 0]}",
            "job.yaml:8:39: error: steps.blend.matrix.density[4]: 'a/b' cannot be part of a step's"
                + " name ([A-Za-z0-9_.-]{1,40}); name it, as in density: {short: 'a/b'}",
            "job.yaml:9:14: error: steps.blend.matrix.empty: is empty; an axis needs at least one"
                + " value",
            "job.yaml:10:7: error: steps.blend.matrix.two-words: 'two-words' is no name of an"
                + " axis; expected [A-Za-z][A-Za-z0-9_]{0,31}",
            "job.yaml:11:43: error: steps.blend.matrix.mixed.b: expected a part of a recipe, as"
                + " its neighbors are; {} changes nothing",
            "job.yaml:12:15: error: steps.blend.matrix.number: expected a list of values, or a"
                + " mapping from names to values or to parts of a recipe",
            "job.yaml:13:20: error: steps.blend.matrix.named.none: expected a value; a part of a"
                + " recipe that changes nothing is {}",
            "job.yaml:13:23: error: steps.blend.matrix.named.a b: 'a b' is no name; expected"
                + " [A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  }

  @Test
  void referencesMustLeadToAnAxisAndEveryAxisBeUsed() throws IOException {
    assertThat(
            problems(
                """
                  blend:
                    matrix:
                      density: [0.3, "${matrix.weight}"]
                      weight: [1]
                      curve: {up: [0, 1]}
                      recipe: {a: {parameters: {t: "${matrix.wieght}"}}}
                    merge:
                      merge_method: linear
                      models: [{model: base, parameters: {density: "${matrix.densty}"}}]
                      chat_template: a ${matrix.curve}
                  tune: {finetune: {model: "${matrix.weight}", dataset: chat}}
                """))
        .containsExactly(
            "job.yaml:8:22: error: steps.blend.matrix.density[1]: '${matrix.weight}' cannot"
                + " be part of a value of an axis",
            "job.yaml:11:36: error: steps.blend.matrix.recipe.a.parameters.t: the matrix has no"
                + " axis 'wieght'; allowed: density, weight, curve, recipe; did you mean"
                + " 'weight'?",
            "job.yaml:14:52: error: steps.blend.merge.models[0].parameters.density: the matrix has"
                + " no axis 'densty'; allowed: density, weight, curve, recipe; did you mean"
                + " 'density'?",
            "job.yaml:15:22: error: steps.blend.merge.chat_template: axis 'curve' holds lists, which cannot"
                + " be part of a text",
            "job.yaml:16:28: error: steps.tune.finetune.model: '${matrix.weight}' has a meaning"
                + " only in the merge of a step with 'matrix'",
            "job.yaml:16:28: error: steps.tune.finetune.model: there is no '${matrix.weight}';"
                + " expected a model, or a finetune or merge step; allowed: base, other, tune");
    assertThat(problems(SWEEP.replace("weight: [1, 2]", "weight: [1, 2]\n      seed: [1, 2]")))
        .containsExactly(
            "job.yaml:10:7: error: steps.blend.matrix.seed: has no effect; write"
                + " \"${matrix.seed}\" in the merge, as a parameter that its method has");
  }

  @Test
  void aReferenceWithoutQuotesInBracesIsExplained() throws IOException {
    assertThat(problems(SWEEP.replace("\"${matrix.density}\"", "${matrix.density}")))
        .singleElement()
        .asString()
        .startsWith("job.yaml:14:")
        .endsWith("inside { } and [ ] a reference is written in quotes: \"${...}\"");
  }

  @Test
  void exclusionsMustNameMembers() throws IOException {
    assertThat(
            problems(
                SWEEP.replace(
                    "weight: [1, 2]",
                    """
                    weight: [1, 2]
                          exclude:
                            - {density: 0.4}
                            - {dens: 0.3}
                            - {}
                            - 5
                            - {weight: [1]}\
                    """)))
        .containsExactly(
            "job.yaml:11:21: error: steps.blend.matrix.exclude[0].density: axis 'density' has no"
                + " '0.4'; allowed: 0.3, 0.50; did you mean '0.3'?",
            "job.yaml:12:12: error: steps.blend.matrix.exclude[1].dens: there is no axis 'dens';"
                + " allowed: density, weight; did you mean 'density'?",
            "job.yaml:13:11: error: steps.blend.matrix.exclude[2]: expected a mapping from axes to"
                + " one value each",
            "job.yaml:14:11: error: steps.blend.matrix.exclude[3]: expected a mapping from axes to"
                + " one value each",
            "job.yaml:15:20: error: steps.blend.matrix.exclude[4].weight: expected one value of"
                + " axis 'weight'");
    assertThat(
            problems(
                SWEEP.replace(
                    "weight: [1, 2]", "weight: [1, 2]\n      exclude: [{weight: 1}, {weight: 2}]")))
        .singleElement()
        .asString()
        .endsWith("steps.blend.matrix.exclude: leaves no member");
    assertThat(
            problems(
                """
                  blend:
                    matrix:
                      t: [0.3, 0.5]
                      method: {linear: {}, slerp: {base_model: base, parameters: {t: "${matrix.t}"}}}
                      exclude: [{method: linear, t: 0.3}]
                    merge: {merge_method: "${matrix.method}", models: [{model: base}, {model: other}]}
                """))
        .containsExactly(
            "job.yaml:10:17: error: steps.blend.matrix.exclude[0]: excludes nothing: no member is"
                + " like it");
  }

  @Test
  void aMatrixVariesAMergeAndNothingElse() throws IOException {
    assertThat(
            problems(
                """
                  a: {matrix: {t: [1]}}
                  b: {matrix: {t: [1]}, finetune: {model: base, dataset: chat}}
                  c: {matrix: , merge: {merge_method: linear, models: [{model: base}]}}
                  d: {matrix: {}, merge: {merge_method: linear, models: [{model: base}]}}
                  e: {matrix: {t: [1]}, merge: 5}
                  f: {merge: [linear]}
                  g: {matrix: [t], merge: }
                """))
        .containsExactly(
            "job.yaml:6:6: error: steps.a: one of the keys finetune, merge, quantize, evaluate,"
                + " publish is missing",
            "job.yaml:6:15: error: steps.a.matrix: has no 'merge' beside it to vary",
            "job.yaml:7:15: error: steps.b.matrix: varies a merge; a finetune step cannot be"
                + " varied",
            "job.yaml:8:14: error: steps.c.matrix: expected a mapping of axes, such as density:"
                + " [0.3, 0.5, 0.7]",
            "job.yaml:9:15: error: steps.d.matrix: has no axis; expected such as density: [0.3,"
                + " 0.5, 0.7]",
            "job.yaml:10:32: error: steps.e.merge: expected a mapping, got the number 5",
            "job.yaml:11:14: error: steps.f.merge: expected a mapping, got a list",
            "job.yaml:12:26: error: steps.g.merge: expected a mapping, got nothing");
  }

  @Test
  void thereIsALimit() throws IOException {
    String numbers =
        IntStream.range(0, 15).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    String many = SWEEP.replace("[0.3, 0.50]", "[" + numbers + "]");
    assertThat(problems(many.replace("[1, 2]", "[" + numbers + "]")))
        .containsExactly(
            "job.yaml:8:7: error: steps.blend.matrix: makes 225 members; at most 200 are allowed:"
                + " shorten an axis, exclude combinations, or spread them over several steps");
    String axes =
        IntStream.range(0, 30)
            .mapToObj(i -> "      a" + i + ": [1, 2, 3, 4, 5, 6, 7, 8, 9]\n")
            .collect(Collectors.joining());
    String uses =
        IntStream.range(0, 30).mapToObj(i -> "${matrix.a" + i + "}").collect(Collectors.joining());
    assertThat(
            problems(
                "  blend:\n    matrix:\n"
                    + axes
                    + "    merge: {merge_method: linear, models: [{model: base}], chat_template: \""
                    + uses
                    + "\"}\n"))
        .singleElement()
        .asString()
        .contains("makes at least 5001 members");
    String long_ = IntStream.range(0, 40_000).mapToObj(i -> "1").collect(Collectors.joining(","));
    assertThat(
            problems(
                """
                  blend:
                    matrix: {curve: {up: [%s]}}
                    merge:
                      merge_method: linear
                      models:
                        - &one {model: base, parameters: {weight: "${matrix.curve}"}}
                        - *one
                        - *one
                        - *one
                        - *one
                        - *one
                """
                    .formatted(long_)))
        .singleElement()
        .asString()
        .contains("its recipes have more than 200000 values");
  }

  @Test
  void twoNamesForOneMergeAreAMistake() throws IOException {
    assertThat(
            problems(
                """
                  blend:
                    matrix: {method: {a: {merge_method: linear}, b: {merge_method: linear}}}
                    merge: {models: [{model: base, parameters: {weight: 1}}]}
                """))
        .containsExactly(
            "job.yaml:7:53: error: steps.blend.b.merge: is the same merge as that of blend.a");
  }

  @Test
  void problemsOfMembersNameThemAndWhatIsCommonIsToldOnce() throws IOException {
    assertThat(
            problems(
                """
                  blend:
                    matrix:
                      method: {linear: {}, tiesx: {}, ties: {base_model: tune, dtyp: float32}}
                      weight: [1, 2]
                    merge:
                      merge_method: ${matrix.method}
                      models: [{model: bsae, parameters: {weight: "${matrix.weight}"}}]
                """))
        .containsExactly(
            "job.yaml:8:28: error: steps.blend.tiesx.weight=1.merge.merge_method: unknown merge"
                + " method 'tiesx'; did you mean 'ties'? (also in blend.tiesx.weight=2)",
            "job.yaml:8:58: error: steps.blend.ties.weight=1.merge.base_model: there is no 'tune';"
                + " expected a model, or a finetune or merge step; allowed: base, other,"
                + " blend.linear.weight=1, blend.linear.weight=2, blend.tiesx.weight=1,"
                + " blend.tiesx.weight=2, blend.ties.weight=1, blend.ties.weight=2 (also in"
                + " blend.ties.weight=2)",
            "job.yaml:8:70: error: steps.blend.ties.weight=1.merge.dtyp: unknown key 'dtyp'; did"
                + " you mean 'dtype'? (also in blend.ties.weight=2)",
            "job.yaml:12:24: error: steps.blend.merge.models[0].model: there is no 'bsae'; expected"
                + " a model, or a finetune or merge step; allowed: base, other,"
                + " blend.linear.weight=1, blend.linear.weight=2, blend.tiesx.weight=1,"
                + " blend.tiesx.weight=2, blend.ties.weight=1, blend.ties.weight=2; did you mean"
                + " 'base'?");
  }

  @Test
  void oneMemberIsNeededWhereOneModelIs() throws IOException {
    assertThat(
            problems(
                SWEEP.replace("weight: [1, 2]", "weight: [1]")
                    + """
                      gguf: {quantize: {model: blend, types: [F16]}}
                      more: {quantize: {model: blend.density=0.3.weight=1, types: [F16]}}
                      quality:
                        evaluate:
                          models: [blend, blend.density=0.3.weight=1, blnd]
                          suites: {text: {dataset: held, metric: perplexity}}
                          gate: [blend.text.perplexity < 3]
                          select: [txt, text]
                      alone:
                        evaluate:
                          models: [blend.density=0.3.weight=1]
                          suites: {text: {dataset: held, metric: perplexity}}
                          select: [text]
                    """))
        .containsExactly(
            "job.yaml:15:28: error: steps.gguf.quantize.model: 'blend' stands for 2 steps:"
                + " blend.density=0.3.weight=1, blend.density=0.50.weight=1; name one of them",
            "job.yaml:19:23: error: steps.quality.evaluate.models[2]: 'blend.density=0.3.weight=1'"
                + " is listed twice",
            "job.yaml:19:51: error: steps.quality.evaluate.models[3]: there is no 'blnd'; expected"
                + " a model, or a finetune, merge or quantize step; allowed: base, other, blend,"
                + " blend.density=0.3.weight=1, blend.density=0.50.weight=1, gguf, more; did you"
                + " mean 'blend'?",
            "job.yaml:21:14: error: steps.quality.evaluate.gate[0]: 'blend' is not measured here;"
                + " allowed: blend.density=0.3.weight=1, blend.density=0.50.weight=1,"
                + " blend.density=0.3.weight=1, blnd; did you mean 'blnd'?",
            "job.yaml:22:16: error: steps.quality.evaluate.select[0]: there is no suite 'txt';"
                + " allowed: text; did you mean 'text'?",
            "job.yaml:27:15: error: steps.alone.evaluate.select: has no meaning where no matrix is"
                + " measured with two members or more");
  }

  @Test
  void aBrokenMatrixIsToldOnce() throws IOException {
    assertThat(
            problems(
                SWEEP.replace("[0.3, 0.50]", "[]")
                    + """
                      gguf: {quantize: {model: blend.density=0.3.weight=1, types: [F16]}}
                      quality:
                        evaluate:
                          models: [blend]
                          suites: {text: {dataset: held, metric: perplexity}}
                          select: [text]
                    """))
        .containsExactly(
            "job.yaml:8:16: error: steps.blend.matrix.density: is empty; an axis needs at least"
                + " one value");
    assertThat(
            problems(
                SWEEP
                    .replace("  blend:", "  base:")
                    .replace("base_model: base", "base_model: other")))
        .containsExactly(
            "job.yaml:7:5: error: steps.base: is the name of a model already; references would be"
                + " unclear");
  }

  private static MatrixSpec blend(JobSpec job) {
    return job.matrixOf("blend.any").orElseThrow();
  }

  private JobSpec read(String steps) throws IOException {
    assertThat(problems(steps)).isEmpty();
    return JobFiles.reader()
        .read(folder.resolve("job.yaml"), List.of(), new Problems())
        .orElseThrow();
  }

  private List<String> problems(String steps) throws IOException {
    return JobFiles.problems(folder, HEAD + steps);
  }
}

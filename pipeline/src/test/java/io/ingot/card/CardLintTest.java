package io.ingot.card;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the lint lets pass, and what not. */
class CardLintTest {
  private static LintReport lint(String frontMatter, String body) {
    return CardLint.lint("---\n" + frontMatter + "\n---\n" + body, "README.md");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x: 1                                        | license is missing
          license: Apache-2.0                         | write apache-2.0
          license: qwen                               | write other, with license_name: qwen
          license: mine                               | does not know license 'mine'
          license: [apache-2.0, mit]                  | license is a list
          license: other                              | needs license_name and license_link
          license: unknown                            | unknown lets nobody use
          {license: mit, licence: mit}                | spelled 'license'
          {license: mit, base_model: /home/me/x}      | is no repository
          {license: mit, base_model: ../x}            | is no repository
          {license: mit, base_model: [a/b, 'c d']}    | 'c d' is no repository
          {license: mit, base_model_relation: child}  | none of adapter, finetune, merge, quantized
          {license: mit, language: english}           | is no code of ISO 639
          {license: mit, language: [en, xx]}          | 'xx' is no code
          {license: mit, model-index: 1}              | model-index must be a list
          {license: mit, model-index: [{results: [{task: {type: t}}]}]} | a result needs
          {license: mit, model-index: [{results: [{task: {type: t}, dataset: {type: a, name: b}, metrics: [{type: x}]}]}]} | a result needs
          {license: mit, co2_eq_emissions: {emissions: much}} | must be a number of grams
          """)
  void refusesWhatTheHubRefuses(String frontMatter, String failure) {
    LintReport report = lint(frontMatter, "# x\n");
    assertThat(report.passes()).isFalse();
    assertThat(report.failures()).anySatisfy(text -> assertThat(text).contains(failure));
  }

  @ParameterizedTest
  @CsvSource({
    "license: mit",
    "'{license: other, license_name: qwen, license_link: LICENSE}'",
    "'{license: mit, language: [en, de, deu, code, multilingual]}'",
    "'{license: mit, base_model: gpt2, base_model_relation: quantized}'",
    "'{license: mit, model-index: [{results: [{task: {type: t}, dataset: {type: a, name: b}, metrics: [{type: x, value: 1}]}]}]}'"
  })
  void letsPassWhatTheHubAccepts(String frontMatter) {
    assertThat(lint(frontMatter, "# x\n").failures()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [More Information Needed]                        | placeholder
          More information is needed                       | placeholder
          TODO: describe                                   | placeholder
          lorem ipsum dolor                                | placeholder
          Use [your model name]                            | placeholder
          {{ model_name }}                                 | placeholder
          Trained from /home/ada/models/base               | path of a machine
          see C:\\Users\\ada\\x                            | path of a machine
          token hf_abcdefghijklmnopqrstuvwxyz012345        | a token of Hugging Face
          AKIAABCDEFGHIJKLMNOP                             | a key of AWS
          https://ada:secret@example.org/x                 | a password in an address
          """)
  void refusesLeftovers(String body, String failure) {
    LintReport report = lint("license: mit", "# x\n\n" + body + "\n");
    assertThat(report.failures()).anySatisfy(text -> assertThat(text).contains(failure));
    assertThat(report.failures().toString()).doesNotContain("hf_abc").doesNotContain("secret@");
  }

  @Test
  void namesTheLineOfALeak() {
    assertThat(lint("license: mit", "# x\n\n/home/ada/x\n").failures())
        .containsExactly("line 6 holds a path of a machine: /home/ada/");
  }

  @Test
  void bracesInCodeAreNoPlaceholder() {
    assertThat(lint("license: mit", "# x\n\n```jinja\n{{ content }}\n```\n").failures()).isEmpty();
  }

  @Test
  void aPathInAPromptTemplateIsTheBasesText() {
    String template = "```jinja\nwrite to /tmp/out\n```\n";
    assertThat(lint("license: mit", "# x\n" + template).failures()).isEmpty();
    assertThat(lint("license: mit", template + "/tmp/out\n").failures())
        .containsExactly("line 7 holds a path of a machine: /tmp/");
    assertThat(lint("license: mit", template.replace("jinja", "yaml")).passes()).isFalse();
  }

  @Test
  void addressesAreNoPaths() {
    assertThat(lint("license: mit", "see https://example.org/home/ada/x\n").failures()).isEmpty();
  }

  @Test
  void aCardWithoutFrontMatterOrWithABrokenOneFails() {
    assertThat(CardLint.lint("# x\n", "README.md").failures().getFirst()).contains("front matter");
    assertThat(CardLint.lint("", "README.md").passes()).isFalse();
    assertThat(CardLint.lint("---\nlicense: mit\n", "README.md").failures().getFirst())
        .contains("not closed");
    assertThat(CardLint.lint("---\na: [\n---\n", "README.md").failures().getFirst())
        .startsWith("README.md:");
    assertThat(CardLint.lint("---\na: 1\na: 2\n---\n", "README.md").failures().getFirst())
        .contains("duplicate");
    assertThat(CardLint.lint("---\nlicense:\tmit\n\tx: y\n---\n", "README.md").passes()).isFalse();
  }

  @Test
  void theEmptyCardScoresNothingAndTheScoreIsTheSumOfItsItems() {
    LintReport poor = lint("license: mit", "# x\n");
    assertThat(poor.score()).isEqualTo(20);
    assertThat(poor.checks().stream().mapToInt(LintReport.Check::of).sum()).isEqualTo(100);
    assertThat(poor.checks())
        .filteredOn(check -> check.points() == 0)
        .allSatisfy(check -> assertThat(check.remark()).startsWith("missing: "));
  }
}

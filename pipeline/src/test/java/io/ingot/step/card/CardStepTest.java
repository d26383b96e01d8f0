package io.ingot.step.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.card.CardFolder;
import io.ingot.card.CardLint;
import io.ingot.card.LintReport;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents of a release. */
class CardStepTest {
  private static final List<String> BOTH = List.of("blended", "gguf");

  @TempDir Path root;

  private ReleaseFixture apache() throws IOException {
    return ReleaseFixture.write(
        root,
        "apache-2.0",
        Map.of(
            "LICENSE",
            "Apache License\nVersion 2.0, January 2004\n",
            "NOTICE",
            "By the base people.\n"));
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = CardStepTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theCardIsTheGoldenOne() throws Exception {
    Path card = apache().card("acme/desk", BOTH, "card");
    String text = Files.readString(card.resolve("README.md"));
    assertThat(text).isEqualTo(golden("apache.README.md"));
    LintReport lint = CardLint.lint(text, "README.md");
    assertThat(lint.failures()).isEmpty();
    assertThat(lint.score()).isEqualTo(100);
  }

  @Test
  void twoRunsGiveTheSameBytes() throws Exception {
    ReleaseFixture job = apache();
    Path one = job.card("acme/desk", BOTH, "one");
    Path two = job.card("acme/desk", BOTH, "two");
    try (Stream<Path> files = Files.walk(one)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(two.resolve(one.relativize(file))).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void liesBesideTheWeightsWhatLicensesAskFor() throws Exception {
    Path card = apache().card("acme/desk", BOTH, "card");
    assertThat(card.resolve("LICENSE")).hasContent("Apache License\nVersion 2.0, January 2004\n");
    assertThat(card.resolve("NOTICE"))
        .content()
        .contains("By the base people.")
        .contains(
            "acme changed all weight files of ingot/tiny-base at commit " + ReleaseFixture.COMMIT);
    assertThat(card.resolve("evaluation.json")).exists();
    assertThat(card.resolve("recipe.yaml")).content().contains("finetune").doesNotContain("/home/");
  }

  @Test
  void listsExactlyWhatIsPublished() throws Exception {
    CardFolder card = CardFolder.read(apache().card("acme/desk", BOTH, "card"));
    assertThat(card.files())
        .extracting(CardFolder.Entry::path)
        .containsExactly(
            "LICENSE",
            "NOTICE",
            "README.md",
            "blended-Q4_K_M.gguf",
            "blended-Q8_0.gguf",
            "bom.cdx.json",
            "config.json",
            "evaluation.json",
            "mergekit_config.yml",
            "model.safetensors",
            "provenance.intoto.json",
            "recipe.yaml",
            "tokenizer.json",
            "tokenizer_config.json");
  }

  @Test
  void carriesTheDutiesOfLlama() throws Exception {
    ReleaseFixture job =
        ReleaseFixture.write(
            root,
            "llama3.1",
            Map.of(
                "LICENSE",
                "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n...",
                "USE_POLICY.md",
                "Do no harm.\n"));
    Path card = job.card("acme/Llama-desk", BOTH, "card");
    String text = Files.readString(card.resolve("README.md"));
    assertThat(text)
        .startsWith("---\nlicense: llama3.1\n")
        .contains("# Llama-desk\n\n**Built with Llama**\n");
    assertThat(card.resolve("NOTICE"))
        .content()
        .contains(
            "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.");
    assertThat(card.resolve("USE_POLICY.md")).hasContent("Do no harm.\n");
    assertThat(card.resolve("LICENSE")).content().startsWith("LLAMA 3.1 COMMUNITY");
    assertThat(CardLint.lint(text, "README.md").failures()).isEmpty();
  }

  @Test
  void aWrongNameIsBlocked() throws Exception {
    ReleaseFixture job = ReleaseFixture.write(root, "llama3.1", Map.of());
    assertThatThrownBy(() -> job.card("acme/desk", BOTH, "card"))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED))
        .hasMessageContaining("Llama");
  }

  @Test
  void anAdapterNamesItsBaseInPlaceOfAFolder() throws Exception {
    Path card = apache().card("acme/desk-lora", List.of("orders-lora"), "card");
    assertThat(card.resolve("adapter_config.json"))
        .content()
        .contains("\"base_model_name_or_path\" : \"ingot/tiny-base\"");
    assertThat(Files.readString(card.resolve("README.md")))
        .contains("library_name: peft")
        .contains("base_model_relation: adapter")
        .contains("AutoPeftModelForCausalLM");
  }

  @Test
  void publishesNoMetricsManifestsOrForeignFiles() throws Exception {
    ReleaseFixture job = apache();
    job.text("blended/optimizer.pt", "x");
    job.text("blended/training_args.bin", "x");
    job.text("blended/.env", "SECRET=1");
    CardFolder card = CardFolder.read(job.card("acme/desk", BOTH, "card"));
    assertThat(card.files())
        .extracting(CardFolder.Entry::path)
        .doesNotContain(
            "optimizer.pt", "training_args.bin", ".env", "manifest.json", "metrics.jsonl");
  }

  @Test
  void aLinkOutOfTheArtifactIsRefused() throws Exception {
    ReleaseFixture job = apache();
    Files.delete(root.resolve("blended/tokenizer.json"));
    Files.writeString(root.resolve("secret.json"), "{}");
    Files.createSymbolicLink(root.resolve("blended/tokenizer.json"), root.resolve("secret.json"));
    assertThatThrownBy(() -> job.card("acme/desk", BOTH, "card"))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("link");
  }

  @Test
  void tellsTheBestOfAMatrix() throws Exception {
    ReleaseFixture job = apache();
    job.text(
        "quality/evaluation.json",
        """
        {"models":[
          {"name":"blend.linear","scores":{"orders":{"exact_match":0.5}}},
          {"name":"blended","scores":{"orders":{"exact_match":0.9}}},
          {"name":"blend.ties","scores":{"orders":{"exact_match":0.985}}}],
         "suites":{"orders":{"metric":"exact_match","rows":200}},
         "best":{"blend":{"models":["blend.ties"],"reason":"exact match of orders 0.985",
                 "suites":{"orders":["blend.ties"]}}}}
        """);
    Path card = job.card("acme/desk", BOTH, "card");
    assertThat(Files.readString(card.resolve("README.md")))
        .contains("| `blend.linear` | 0.500 |")
        .contains("| `blend.ties` | **0.985** |")
        .contains("\nBest of `blend`: `blend.ties` (exact match of orders 0.985); bold:")
        .doesNotContain("**0.900**");
    assertThat(CardLint.lint(Files.readString(card.resolve("README.md")), "README.md").failures())
        .isEmpty();
  }

  @Test
  void hostileNamesDoNotBecomeMarkup() throws Exception {
    ReleaseFixture job = apache();
    job.text(
        "quality/evaluation.json",
        "{\"models\":[{\"name\":\"a|b`<script>\",\"scores\":{\"x|<img>\":{\"exact_match\":1}}}],\"suites\":{}}");
    Path card = job.card("acme/desk", BOTH, "card");
    assertThat(Files.readString(card.resolve("README.md")))
        .doesNotContain("<img>:")
        .contains("x\\|&lt;img>: exact_match")
        .contains("`a\\|b'<script>`");
  }
}

package io.ingot.step.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.step.card.FakeContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeStepTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of(System.getProperty("ingot.root"));
  private static final Path BASE =
      ROOT.resolve("pipeline/src/test/resources/golden/lora/bases/llama");
  private static final Path STYLE =
      ROOT.resolve("merge/src/test/resources/golden/lora/merge_exact_llama/adapter");

  @TempDir Path folder;
  private int merges;

  @Test
  void anAdapterIsNamedByTextOrByMapping() throws Exception {
    byte[] adapted = merge("\"base+style\"");
    assertThat(merge("{\"model\": \"base\", \"lora\": \"style\"}")).isEqualTo(adapted);
    assertThat(merge("{\"model\": {\"path\": \"base\"}, \"lora\": {\"path\": \"style\"}}"))
        .isEqualTo(adapted);
    assertThat(
            merge(
                "{\"model\": {\"path\": \"base\"}, \"lora\": \"style\","
                    + " \"override_architecture\": \"LlamaForCausalLM\"}"))
        .isEqualTo(adapted);
    byte[] plain = merge("\"base\"");
    assertThat(merge("{\"path\": \"base\"}")).isEqualTo(plain).isNotEqualTo(adapted);
    assertThat(merge("{\"model\": \"base\", \"override_architecture\": \"LlamaForCausalLM\"}"))
        .isEqualTo(plain);
  }

  @Test
  void aNameThatIsNoInputIsTold() {
    assertThatThrownBy(() -> merge("\"nobody\""))
        .hasMessageContaining("the recipe names 'nobody', which is no model or step of the job");
  }

  private byte[] merge(String reference) throws Exception {
    String parameters =
        """
        {"recipe": {"merge_method": "passthrough", "models": [{"model": %s}], "dtype": "float32"}}
        """
            .formatted(reference);
    Path output = Files.createDirectories(folder.resolve("out" + merges++));
    FakeContext context =
        new FakeContext(JSON.readTree(parameters), output, null, new FakeContext.FakeJournal())
            .with("base", "aa", BASE, "pull")
            .with("base+style", "bb", STYLE, "pull")
            .with("base+style/base", "aa", BASE, "pull");
    new MergeStep().run(context);
    assertThat(output.resolve("mergekit_config.yml")).exists();
    return Files.readAllBytes(output.resolve("model.safetensors"));
  }
}

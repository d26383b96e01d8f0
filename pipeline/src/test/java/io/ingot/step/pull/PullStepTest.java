package io.ingot.step.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.HubConfig;
import io.ingot.hub.RepoId;
import io.ingot.hub.server.EmbeddedHub;
import io.ingot.progress.Progress;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullStepTest {
  @TempDir Path temp;
  private final List<String> notes = new ArrayList<>();

  @Test
  void isRegistered() {
    assertThat(ServiceLoader.load(Step.class))
        .anySatisfy(step -> assertThat(step).isInstanceOf(PullStep.class));
  }

  @Test
  void linksToTheSharedCache() throws Exception {
    write("serve/acme/tiny/config.json", "{}");
    write("serve/acme/tiny/model.safetensors", "weights");
    write("serve/acme/tiny/pytorch_model.bin", "pickle");
    write("serve/acme/tiny/sub/a.txt", "a");
    StepOutcome outcome =
        pullFromHub("{\"repo\":\"acme/tiny\",\"type\":\"model\",\"commit\":\"%s\"}");
    assertThat(outcome).isInstanceOf(StepOutcome.Done.class);
    Path model = temp.resolve("out/model.safetensors");
    assertThat(Files.readSymbolicLink(model).resolveSibling("").getFileName()).hasToString("blobs");
    assertThat(model).hasContent("weights");
    assertThat(temp.resolve("out/sub/a.txt")).hasContent("a");
    assertThat(temp.resolve("out/pytorch_model.bin")).doesNotExist();
    assertThat(notes).singleElement().asString().contains("pytorch_model.bin", "pickle");
  }

  @Test
  void refusesWeightsThatArePicklesOnly() throws Exception {
    write("serve/acme/tiny/config.json", "{}");
    write("serve/acme/tiny/pytorch_model.bin", "pickle");
    assertThatThrownBy(() -> pullFromHub("{\"repo\":\"acme/tiny\"}"))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED))
        .hasMessageContaining("pytorch_model.bin")
        .hasMessageContaining("safetensors");
    assertThat(temp.resolve("out")).isEmptyDirectory();
  }

  @Test
  void refusesRemoteCodeBeforeTheWeightsAreDownloaded() throws Exception {
    write("serve/acme/tiny/config.json", "{\"auto_map\":{\"AutoModel\":\"evil.Model\"}}");
    write("serve/acme/tiny/model.safetensors", "weights");
    assertThatThrownBy(() -> pullFromHub("{\"repo\":\"acme/tiny\"}"))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED))
        .hasMessageContaining("auto_map")
        .hasMessageContaining("evil.Model");
    try (var blobs = Files.list(temp.resolve("cache/models--acme--tiny/blobs"))) {
      assertThat(blobs).hasSize(1);
    }
  }

  @Test
  void linksToAFolder() throws Exception {
    write("model/config.json", "{}");
    write("model/model.safetensors", "weights");
    write("model/.git/config", "x");
    write("model/optimizer.pt", "pickle");
    pull(Optional.empty(), "{\"path\":\"model\"}", Map.of("source", temp.resolve("model")));
    assertThat(Files.readSymbolicLink(temp.resolve("out/model.safetensors")))
        .isEqualTo(temp.resolve("model/model.safetensors").toRealPath());
    assertThat(temp.resolve("out/.git")).doesNotExist();
    assertThat(temp.resolve("out/optimizer.pt")).doesNotExist();
    assertThat(notes).singleElement().asString().contains("optimizer.pt");
  }

  @Test
  void refusesAFolderWithRemoteCodeOrBrokenConfig() throws Exception {
    write("model/config.json", "{\"auto_map\":{\"AutoConfig\":\"x.Y\"}}");
    assertThatThrownBy(
            () ->
                pull(
                    Optional.empty(),
                    "{\"path\":\"model\"}",
                    Map.of("source", temp.resolve("model"))))
        .hasMessageContaining("auto_map");
    write("model/config.json", "{");
    assertThatThrownBy(
            () ->
                pull(
                    Optional.empty(),
                    "{\"path\":\"model\"}",
                    Map.of("source", temp.resolve("model"))))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
  }

  private StepOutcome pullFromHub(String parameters) throws Exception {
    try (EmbeddedHub server =
            EmbeddedHub.start(temp.resolve("serve"), temp.resolve("store"), 0, Optional.empty());
        HubClient hub =
            new HubClient(
                HubConfig.of(Map.of("HF_HUB_CACHE", temp.resolve("cache").toString()))
                    .at(server.uri(), Optional.empty()))) {
      String commit = hub.info(RepoId.model("acme/tiny"), "main").commit();
      return pull(Optional.of(hub), parameters.replace("%s", commit), Map.of());
    }
  }

  private StepOutcome pull(Optional<Hub> hub, String parameters, Map<String, Path> inputs)
      throws IOException, InterruptedException {
    Files.createDirectories(temp.resolve("out"));
    SequencedMap<String, StepInput> given = new LinkedHashMap<>();
    inputs.forEach((name, path) -> given.put(name, new StepInput(name, "0", path, "external")));
    return new PullStep().run(new Context(hub, json(parameters), given));
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  private void write(String path, String content) throws IOException {
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private final class Context implements StepContext {
    private final Optional<Hub> hub;
    private final JsonNode parameters;
    private final SequencedMap<String, StepInput> inputs;

    Context(Optional<Hub> hub, JsonNode parameters, SequencedMap<String, StepInput> inputs) {
      this.hub = hub;
      this.parameters = parameters;
      this.inputs = inputs;
    }

    @Override
    public String step() {
      return "pull:base";
    }

    @Override
    public JsonNode parameters() {
      return parameters;
    }

    @Override
    public SequencedMap<String, StepInput> inputs() {
      return inputs;
    }

    @Override
    public Path output() {
      return temp.resolve("out");
    }

    @Override
    public Path scratch() {
      return temp.resolve("scratch");
    }

    @Override
    public Progress progress() {
      return new Progress() {
        @Override
        public void begin(String label, long total, Unit unit) {}

        @Override
        public void advance(long amount) {}

        @Override
        public void detail(String text) {}

        @Override
        public void note(String line) {
          notes.add(line);
        }
      };
    }

    @Override
    public void checkCancelled() {}

    @Override
    public Hub hub() {
      return hub.orElseThrow();
    }

    @Override
    public Optional<Approval> approval(String subjectDigest) {
      return Optional.empty();
    }

    @Override
    public EffectJournal effects() {
      throw new IllegalStateException("a pull has no effects");
    }
  }
}

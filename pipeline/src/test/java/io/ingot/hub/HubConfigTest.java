package io.ingot.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubConfigTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void setHome() {
    environment.put("HOME", home.toString());
  }

  @Test
  void defaultsAreThoseOfHuggingFaceHub() {
    HubConfig config = HubConfig.of(environment);
    assertThat(config.endpoint()).hasToString("https://huggingface.co");
    assertThat(config.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(config.token()).isEmpty();
    assertThat(config.offline()).isFalse();
    assertThat(config.idleTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void foldersInTheirOrder() {
    environment.put("XDG_CACHE_HOME", "/xdg");
    assertThat(HubConfig.of(environment).cache()).isEqualTo(Path.of("/xdg/huggingface/hub"));
    environment.put("HF_HOME", "~/hf");
    assertThat(HubConfig.of(environment).cache()).isEqualTo(home.resolve("hf/hub"));
    environment.put("HUGGINGFACE_HUB_CACHE", "/old");
    assertThat(HubConfig.of(environment).cache()).isEqualTo(Path.of("/old"));
    environment.put("HF_HUB_CACHE", "$HOME/new");
    assertThat(HubConfig.of(environment).cache()).isEqualTo(home.resolve("new"));
  }

  @Test
  void tokensInTheirOrder() throws IOException {
    Path file = home.resolve(".cache/huggingface/token");
    Files.createDirectories(file.getParent());
    Files.writeString(file, " hf_file \r\n");
    assertThat(token()).isEqualTo("Bearer hf_file");
    environment.put("HUGGING_FACE_HUB_TOKEN", "hf_old");
    assertThat(token()).isEqualTo("Bearer hf_old");
    environment.put("HF_TOKEN", "hf_new");
    assertThat(token()).isEqualTo("Bearer hf_new");
    environment.put("HF_HUB_DISABLE_IMPLICIT_TOKEN", "yes");
    assertThat(HubConfig.of(environment).token()).isEmpty();
  }

  @Test
  void aTokenPathBeatsTheDefaultFileAndAnEmptyFileIsNoToken() throws IOException {
    Path file = home.resolve("t");
    Files.writeString(file, "\n");
    environment.put("HF_TOKEN_PATH", file.toString());
    assertThat(HubConfig.of(environment).token()).isEmpty();
    Files.writeString(file, "hf_other\n");
    assertThat(token()).isEqualTo("Bearer hf_other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "on", "Yes", "TRUE"})
  void offlineValues(String value) {
    environment.put("TRANSFORMERS_OFFLINE", value);
    assertThat(HubConfig.of(environment).offline()).isTrue();
  }

  @Test
  void theEmbeddedHubIsReachedAlsoOffline() {
    environment.put("HF_HUB_OFFLINE", "1");
    environment.put("HF_TOKEN", "hf_x");
    HubConfig config =
        HubConfig.of(environment)
            .at(java.net.URI.create("http://127.0.0.1:1/"), java.util.Optional.empty());
    assertThat(config.offline()).isFalse();
    assertThat(config.token()).isEmpty();
    assertThat(config.endpoint()).hasToString("http://127.0.0.1:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"huggingface.co", "ftp://x", "http://", "http://user:hf_secret1@host", "a b"})
  void refusesEndpointsThatAreNone(String value) {
    environment.put("HF_ENDPOINT", value);
    assertThatThrownBy(() -> HubConfig.of(environment))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("HF_ENDPOINT")
        .hasMessageNotContaining("hf_secret1");
  }

  @Test
  void refusesATokenThatWouldBreakTheHeader() {
    environment.put("HF_TOKEN", "hf_a b");
    assertThatThrownBy(() -> HubConfig.of(environment))
        .hasMessageContaining("HF_TOKEN")
        .hasMessageNotContaining("hf_a b");
    environment.put("HF_TOKEN", "hf_a");
    environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "soon");
    assertThatThrownBy(() -> HubConfig.of(environment))
        .hasMessageContaining("HF_HUB_DOWNLOAD_TIMEOUT 'soon'");
  }

  private String token() {
    return HubConfig.of(environment).token().orElseThrow().bearer();
  }
}

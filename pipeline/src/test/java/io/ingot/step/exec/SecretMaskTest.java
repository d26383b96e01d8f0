package io.ingot.step.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretMaskTest {
  private static final String SECRET = "s3cr+t/value";
  private final SecretMask mask =
      new SecretMask(Map.of("MY_PASSWORD", SECRET, "PATH", "/usr/bin", "SHORT_TOKEN", "ab"));

  @Test
  void hidesSecretsInEveryDress() {
    String base64 = Base64.getEncoder().encodeToString(SECRET.getBytes(StandardCharsets.UTF_8));
    assertThat(mask.apply("a " + SECRET + " b s3cr%2Bt%2Fvalue c " + base64))
        .isEqualTo("a *** b *** c ***");
  }

  @Test
  void hidesWhatLooksLikeAToken() {
    assertThat(mask.apply("hf_ABCDEFGHIJKLMNOPqrst, Bearer abcdefgh123, http://me:pass@host/x"))
        .isEqualTo("***, Bearer ***, http://***@host/x");
  }

  @Test
  void leavesTheRestAlone() {
    String line = "tokens 4 in /usr/bin ab hf_short";
    assertThat(mask.apply(line)).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "db_password",
        "OPENAI_API_KEY",
        "HUGGING_FACE_HUB_TOKEN",
        "NPM_AUTH"
      })
  void knowsNamesOfSecrets(String name) {
    assertThat(SecretMask.isSecret(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATH", "HOME", "HF_HOME", "JAVA_HOME", "AUTHOR", "KEYBOARD"})
  void knowsOtherNames(String name) {
    assertThat(SecretMask.isSecret(name)).isFalse();
  }
}

package io.ingot.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.IngotException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evidence of folders, kind and hostile ones. */
class EvidenceReaderTest {
  @TempDir Path folder;
  private final EvidenceReader reader = new EvidenceReader();

  private void card(String text) throws Exception {
    Files.writeString(folder.resolve("README.md"), text);
  }

  @Test
  void readsCardAndFiles() throws Exception {
    card("---\nlicense: llama3.1\nbase_model:\n- meta-llama/Llama-3.1-8B\n---\n# x\n");
    Files.writeString(folder.resolve("LICENSE.txt"), "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT");
    Files.writeString(folder.resolve("USE_POLICY.md"), "no harm");
    Files.writeString(folder.resolve("NOTICE"), "by us");
    Files.writeString(folder.resolve("notes.md"), "nothing");
    LicenseEvidence evidence = reader.fromFolder(folder);
    assertThat(evidence.subject()).isEqualTo(folder.toString());
    assertThat(evidence.license()).contains("llama3.1");
    assertThat(evidence.bases()).containsExactly("meta-llama/Llama-3.1-8B");
    assertThat(evidence.files()).containsOnlyKeys("LICENSE.txt", "NOTICE", "USE_POLICY.md");
  }

  @Test
  void readsNameAndLinkOfAnotherLicense() throws Exception {
    card("---\r\nlicense: other\r\nlicense_name: qwen\r\nlicense_link: LICENSE\r\n---\r\n");
    LicenseEvidence evidence = reader.fromFolder(folder);
    assertThat(evidence.licenseName()).contains("qwen");
    assertThat(evidence.licenseLink()).contains("LICENSE");
  }

  @Test
  void joinsAListOfLicenses() throws Exception {
    card("---\nlicense: [apache-2.0, mit]\n---\n");
    assertThat(reader.fromFolder(folder).license()).contains("apache-2.0 AND mit");
  }

  @Test
  void aPathIsNoBase() throws Exception {
    card("---\nlicense: mit\nbase_model: /home/me/models/llama\n---\n");
    assertThat(reader.fromFolder(folder).bases()).isEmpty();
  }

  @Test
  void anAdapterNamesItsBase() throws Exception {
    Files.writeString(
        folder.resolve("adapter_config.json"), "{\"base_model_name_or_path\":\"acme/base\"}");
    assertThat(reader.fromFolder(folder).bases()).containsExactly("acme/base");
  }

  @Test
  void withoutACardThereIsNothing() {
    LicenseEvidence evidence = reader.fromFolder(folder);
    assertThat(evidence.license()).isEmpty();
    assertThat(evidence.bases()).isEmpty();
  }

  @Test
  void aMissingFolderIsNotFound() {
    assertThatThrownBy(() -> reader.fromFolder(folder.resolve("nowhere")))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void saysWhereAFrontMatterIsWrong() throws Exception {
    card("---\nlicense: mit\nlicense: [\n---\n");
    assertThatThrownBy(() -> reader.fromFolder(folder))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("README.md:");
    card("---\nlicense: mit\n");
    assertThatThrownBy(() -> reader.fromFolder(folder)).hasMessageContaining("not closed");
    card("---\n- a\n---\n");
    assertThatThrownBy(() -> reader.fromFolder(folder)).hasMessageContaining("mapping");
    card("---\na: !!java.net.URL [\"http://x\"]\n---\n");
    assertThatThrownBy(() -> reader.fromFolder(folder)).isInstanceOf(IngotException.class);
    card("---\na: &a [x]\nb: [" + "*a,".repeat(60) + "]\n---\n");
    assertThatThrownBy(() -> reader.fromFolder(folder)).isInstanceOf(IngotException.class);
  }

  @Test
  void aBinaryLicenseIsNoText() throws Exception {
    Files.write(folder.resolve("LICENSE"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(reader.fromFolder(folder).files()).isEmpty();
  }

  @Test
  void theLabelAndTheFileMayContradictEachOther() throws Exception {
    card("---\nlicense: apache-2.0\n---\n");
    Files.writeString(folder.resolve("LICENSE"), "Llama 3.1 Community License Agreement\n");
    Verdict verdict =
        LicenseEngine.standard()
            .judge(
                List.of(reader.fromFolder(folder)),
                new Publication(Evidence.COMPANY, Optional.of("acme/Llama-x")));
    assertThat(verdict.blocked()).isTrue();
    assertThat(verdict.findings().getFirst().rule()).isEqualTo("license-mismatch");
    assertThat(verdict.findings().getFirst().reason())
        .contains("apache-2.0")
        .contains("LICENSE")
        .contains("llama3.1");
  }
}

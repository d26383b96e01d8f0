package io.ingot.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.IngotException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of the catalog loads, and holds the facts that it is there for. */
class LicenseCatalogTest {
  private static final LicenseCatalog CATALOG = LicenseCatalog.standard();

  static List<License> all() {
    return List.copyOf(CATALOG.all());
  }

  @Test
  void holdsAtLeastThoseThatModelsCarry() {
    assertThat(CATALOG.all())
        .extracting(License::id)
        .contains(
            "apache-2.0",
            "mit",
            "bsd-3-clause",
            "llama2",
            "llama3",
            "llama3.1",
            "llama3.2",
            "llama3.3",
            "llama4",
            "gemma",
            "qwen",
            "tongyi-qianwen",
            "qwen-research",
            "cc-by-4.0",
            "cc-by-sa-4.0",
            "cc-by-nc-4.0",
            "cc0-1.0",
            "openrail++",
            "creativeml-openrail-m",
            "bigscience-openrail-m",
            "bigcode-openrail-m",
            "deepseek",
            "mrl",
            "gpl-3.0");
    assertThat(CATALOG.hubIds()).hasSize(83);
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyLicenseIsWhole(License license) {
    assertThat(license.name()).isNotBlank();
    assertThat(license.clauses()).isNotEmpty();
    assertThat(license.text()).isNotEmpty().allMatch(phrase -> phrase.equals(phrase.toLowerCase()));
    assertThat(license.hub()).isEqualTo(CATALOG.hubIds().contains(license.id()));
    assertThat(CATALOG.find(license.id())).contains(license);
    assertThat(CATALOG.ofText(String.join(" ... ", license.text()))).contains(license);
    if (license.restrictions().contains("naming")) {
      assertThat(license.naming()).isPresent();
    }
    assertThat(license.improving().isPresent())
        .isEqualTo(license.restrictions().contains("no-improving"));
    assertThat(license.outputs() == License.Outputs.BANNED)
        .isEqualTo(license.restrictions().contains("no-improving"));
    assertThat(license.commercial() == License.Commercial.NO)
        .isEqualTo(license.restrictions().contains("non-commercial"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          llama2    | Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.
          llama3    | Meta Llama 3 is licensed under the Meta Llama 3 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.
          llama3.1  | Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.
          llama3.2  | Llama 3.2 is licensed under the Llama 3.2 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.
          llama3.3  | Llama 3.3 is licensed under the Llama 3.3 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.
          llama4    | Llama 4 is licensed under the Llama 4 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.
          gemma     | Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms
          qwen      | Qwen is licensed under the Qwen LICENSE AGREEMENT, Copyright (c) Alibaba Cloud. All Rights Reserved.
          qwen-research | Qwen is licensed under the Qwen RESEARCH LICENSE AGREEMENT, Copyright (c) Alibaba Cloud. All Rights Reserved.
          tongyi-qianwen | Tongyi Qianwen is licensed under the Tongyi Qianwen LICENSE AGREEMENT, Copyright (c) Alibaba Cloud. All Rights Reserved.
          mrl       | Licensed by Mistral AI under the Mistral AI Research License
          nvidia-open-model-license | Licensed by NVIDIA Corporation under the NVIDIA Open Model License
          nvidia-nemotron-open-model-license | Licensed by NVIDIA Corporation under the NVIDIA Nemotron Model License
          stabilityai-ai-community | This Stability AI Model is licensed under the Stability AI Community License, Copyright © Stability AI Ltd. All Rights Reserved
          hyperclovax-seed | HyperCLOVA X SEED Model is licensed under the HyperCLOVA X SEED Model License Agreement, Copyright © NAVER Corp. All Rights Reserved.
          """)
  void noticeLinesAreVerbatim(String id, String line) {
    assertThat(CATALOG.find(id).orElseThrow().notice()).contains(line);
  }

  @ParameterizedTest
  @CsvSource({
    "llama3,Built with Meta Llama 3,Llama 3",
    "llama3.1,Built with Llama,Llama",
    "llama3.2,Built with Llama,Llama",
    "llama3.3,Built with Llama,Llama",
    "llama4,Built with Llama,Llama",
    "exaone,,EXAONE",
    "hyperclovax-seed,Powered by HyperCLOVA X,HyperCLOVA X",
    "stabilityai-ai-community,Powered by Stability AI,",
    "grok2-community,Powered by xAI,",
    "qwen,Built with Qwen,",
    "llama2,,",
    "gemma,,"
  })
  void linesToShowAndNames(String id, String display, String prefix) {
    License license = CATALOG.find(id).orElseThrow();
    assertThat(license.display().orElse(null)).isEqualTo(display);
    assertThat(license.naming().map(License.Naming::prefix).orElse(null)).isEqualTo(prefix);
  }

  @ParameterizedTest
  @CsvSource({
    "llama2,700000000",
    "llama3,700000000",
    "llama3.1,700000000",
    "llama4,700000000",
    "qwen,100000000",
    "tongyi-qianwen,100000000",
    "hyperclovax-seed,10000000"
  })
  void thresholds(String id, long users) {
    assertThat(CATALOG.find(id).orElseThrow().limits())
        .anySatisfy(limit -> assertThat(limit.users()).contains(users));
  }

  @ParameterizedTest
  @CsvSource({
    "Apache-2.0,apache-2.0",
    "MIT,mit",
    "qwen-license,qwen",
    "Tongyi_Qianwen,tongyi-qianwen",
    "CC-BY-NC-4.0,cc-by-nc-4.0",
    "deepseek,deepseek",
    "stabilityai-ai-community,stabilityai-ai-community"
  })
  void findsByCustomaryNames(String name, String id) {
    assertThat(CATALOG.find(name)).map(License::id).contains(id);
  }

  @ParameterizedTest
  @CsvSource({
    "meta-llama/Llama-3.1-8B-Instruct,llama3.1",
    "meta-llama/Meta-Llama-3.1-70B,llama3.1",
    "meta-llama/Meta-Llama-3-8B,llama3",
    "meta-llama/Llama-2-7b-hf,llama2",
    "google/gemma-2-9b-it,gemma",
    "google/gemma-4-12b,apache-2.0",
    "qwen/qwen2.5-72b-instruct,qwen",
    "mistralai/Mistral-Large-Instruct-2411,mrl"
  })
  void knowsFamousModels(String model, String id) {
    assertThat(CATALOG.ofModel(model)).map(License::id).contains(id);
  }

  @Test
  void knowsTheTextsOfOurOwnLicense() throws Exception {
    License apache = CATALOG.find("apache-2.0").orElseThrow();
    String text = StandardText.of(apache).orElseThrow();
    assertThat(text).contains("Apache License").contains("9. Accepting Warranty");
    assertThat(CATALOG.ofText(text)).contains(apache);
    assertThat(StandardText.of(CATALOG.find("mit").orElseThrow())).isEmpty();
  }

  @Test
  void rejectsAFileWithAnUnknownKey(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("hub-ids.txt"), "x\n");
    Files.writeString(
        folder.resolve("x.yaml"),
        "id: x\nname: X\nclauses: [a]\nconfidence: text\ntext: [x]\nnaming_rule: y\n");
    assertThatThrownBy(() -> LicenseCatalog.read(folder))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("x.yaml")
        .hasMessageContaining("naming_rule");
  }
}

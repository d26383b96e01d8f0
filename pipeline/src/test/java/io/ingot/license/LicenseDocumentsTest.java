package io.ingot.license;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** The files that travel along. */
class LicenseDocumentsTest {
  private static final String MIT =
      "MIT License\n\nCopyright (c) 2025 %s\n\nPermission is hereby granted, free of charge, to any person"
          + " obtaining a copy ... WITHOUT WARRANTY OF ANY KIND ...\n";

  private static SortedMap<String, String> documents(LicenseEvidence... evidence) {
    Verdict verdict = Evidence.judge(Evidence.COMPANY, "acme/Llama-desk", evidence);
    return LicenseDocuments.of(List.of(evidence), verdict, "Llama-desk", "Changed by acme.");
  }

  @Test
  void oneTextIsTheLicense() {
    String text = MIT.formatted("Ada");
    SortedMap<String, String> files =
        documents(Evidence.file(Evidence.model("a/b", "mit"), "LICENSE", text));
    assertThat(files).containsOnlyKeys("LICENSE", "NOTICE").containsEntry("LICENSE", text);
    assertThat(files.get("NOTICE")).startsWith("Llama-desk\n\nChanged by acme.\n");
  }

  @Test
  void everyCopyrightLineOfOneLicenseIsKept() {
    SortedMap<String, String> files =
        documents(
            Evidence.file(Evidence.model("a/b", "mit"), "LICENSE", MIT.formatted("Ada")),
            Evidence.file(Evidence.model("c/d", "mit"), "LICENSE", MIT.formatted("Bob")),
            Evidence.file(Evidence.model("e/f", "mit"), "LICENSE", MIT.formatted("Ada")));
    assertThat(files)
        .containsOnlyKeys("LICENSE", "LICENSES/mit.txt", "LICENSES/mit-2.txt", "NOTICE");
    assertThat(files.get("LICENSES/mit.txt")).contains("Ada");
    assertThat(files.get("LICENSES/mit-2.txt")).contains("Bob");
    assertThat(files.get("LICENSE"))
        .contains("a/b, e/f\n  text: LICENSES/mit.txt")
        .contains("c/d\n  text: LICENSES/mit-2.txt");
  }

  @Test
  void severalLicensesAreExplained() {
    SortedMap<String, String> files =
        documents(
            Evidence.file(
                Evidence.file(
                    Evidence.model("meta/x", "llama3.1"),
                    "LICENSE",
                    "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT"),
                "USE_POLICY.md",
                "no harm"),
            Evidence.model("g/h", "gemma"),
            Evidence.model("i/j", "apache-2.0"));
    assertThat(files)
        .containsOnlyKeys(
            "LICENSE",
            "LICENSES/apache-2.0.txt",
            "LICENSES/llama3.1.txt",
            "NOTICE",
            "USE_POLICY.md");
    assertThat(files.get("LICENSE"))
        .contains(
            "Gemma Terms of Use (https://ai.google.dev/gemma/terms)\n  for what comes from g/h");
    assertThat(files.get("NOTICE"))
        .contains(
            "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.\n")
        .contains(
            "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms\n")
        .contains("Built with Llama\n");
    assertThat(files.get("LICENSES/apache-2.0.txt")).contains("Version 2.0, January 2004");
  }

  @Test
  void noticesOfAncestorsAreCarriedOnce() {
    SortedMap<String, String> files =
        documents(
            Evidence.file(Evidence.model("a/b", "apache-2.0"), "NOTICE", "Made by Ada.\n"),
            Evidence.file(Evidence.model("c/d", "apache-2.0"), "NOTICE.txt", "Made by Ada."),
            Evidence.data("d/e", "cc-by-4.0"));
    assertThat(files.get("NOTICE"))
        .containsOnlyOnce("Made by Ada.")
        .contains(
            "d/e, Creative Commons Attribution 4.0 International (https://creativecommons.org/licenses/by/4.0/)");
  }

  @Test
  void severalPoliciesAreKeptApart() {
    SortedMap<String, String> files =
        documents(
            Evidence.file(Evidence.model("a/b", "llama3.1"), "USE_POLICY.md", "one"),
            Evidence.file(Evidence.model("c/d", "llama3.2"), "USE_POLICY.md", "two"));
    assertThat(files)
        .containsEntry("USE_POLICY-llama3.1.md", "one")
        .containsEntry("USE_POLICY-llama3.2.md", "two");
  }
}

package io.ingot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** The directions in which rooms may know each other. */
@AnalyzeClasses(packages = "io.ingot", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  /** Rooms of the merge module, usable on their own. */
  private static final String[] TENSOR_LIBRARY = {
    "io.ingot.error..",
    "io.ingot.progress..",
    "io.ingot.tensor..",
    "io.ingot.safetensors..",
    "io.ingot.model..",
    "io.ingot.merge..",
    "io.ingot.adapter..",
    "io.ingot.gguf..",
    "io.ingot.linear.."
  };

  @ArchTest
  static final ArchRule camelOnlyInRoute =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.ingot.route..", "io.ingot.web..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.camel..");

  @ArchTest
  static final ArchRule djlOnlyInTrain =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ingot.train..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule picocliOnlyInCli =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ingot.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule commandsAreTheTop =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ingot.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.ingot.cli..");

  @ArchTest
  static final ArchRule tensorLibraryStandsAlone =
      classes()
          .that()
          .resideInAnyPackage(TENSOR_LIBRARY)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              Stream.concat(
                      Stream.of(TENSOR_LIBRARY),
                      Stream.of(
                          "java..",
                          "javax..",
                          "jdk.incubator.vector..",
                          "com.fasterxml.jackson..",
                          "org.yaml.snakeyaml..",
                          "org.jspecify.."))
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule engineKnowsNoStepKind =
      classes()
          .that()
          .resideInAPackage("io.ingot.run..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.ingot.run..",
              "io.ingot.error..",
              "java..",
              "javax.sql..",
              "com.zaxxer.hikari..",
              "org.flywaydb..",
              "org.h2..",
              "org.postgresql..",
              "org.slf4j..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule lowerRoomsDoNotKnowSteps =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.ingot.train..",
              "io.ingot.hub..",
              "io.ingot.license..",
              "io.ingot.store..",
              "io.ingot.provenance..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.ingot.step..", "io.ingot.job..", "io.ingot.run..", "io.ingot.route..");
}

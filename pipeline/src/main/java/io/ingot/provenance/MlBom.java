package io.ingot.provenance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Bill of materials of a model: CycloneDX 1.6, JSON. The serial number is derived from the content,
 * and there is no timestamp, so that equal releases have equal bills.
 */
public final class MlBom {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private MlBom() {}

  /** The document {@code bom.cdx.json}. */
  public static String write(BuildFacts facts) {
    ObjectNode bom = JSON.objectNode();
    bom.put("bomFormat", "CycloneDX");
    bom.put("specVersion", "1.6");
    bom.put("version", 1);
    ObjectNode metadata = bom.putObject("metadata");
    metadata
        .putObject("tools")
        .putArray("components")
        .addObject()
        .put("type", "application")
        .put("name", "ingot")
        .put("version", facts.toolVersion());
    metadata.set("component", model(facts));
    ArrayNode components = bom.putArray("components");
    ArrayNode depends = JSON.arrayNode();
    for (BuildFacts.Ancestor ancestor : facts.models()) {
      ObjectNode component = components.addObject();
      component.put("type", "machine-learning-model");
      component.put("bom-ref", "model:" + ancestor.repository());
      component.setAll(ancestor(ancestor));
      depends.add("model:" + ancestor.repository());
    }
    for (BuildFacts.Data data : facts.datasets()) {
      components.add(data(data));
      depends.add("data:" + data.name());
    }
    for (BuildFacts.File file : facts.files()) {
      ObjectNode component = components.addObject();
      component.put("type", "file");
      component.put("bom-ref", "file:" + file.path());
      component.put("name", file.path());
      component.putArray("hashes").addObject().put("alg", "SHA-256").put("content", file.sha256());
    }
    bom.putArray("dependencies").addObject().put("ref", "model").set("dependsOn", depends);
    String serial =
        UUID.nameUUIDFromBytes(bom.toString().getBytes(StandardCharsets.UTF_8)).toString();
    ObjectNode whole = JSON.objectNode();
    whole.put("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    whole.put("bomFormat", "CycloneDX");
    whole.put("specVersion", "1.6");
    whole.put("serialNumber", "urn:uuid:" + serial);
    whole.setAll(bom);
    return ProvenanceJson.write(whole);
  }

  private static ObjectNode model(BuildFacts facts) {
    ObjectNode model = JSON.objectNode();
    model.put("type", "machine-learning-model");
    model.put("bom-ref", "model");
    facts.publisher().ifPresent(name -> model.putObject("supplier").put("name", name));
    model.put("name", facts.name());
    facts.summary().ifPresent(summary -> model.put("description", summary));
    model.set("licenses", licenses(facts.license()));
    if (!facts.models().isEmpty()) {
      ArrayNode ancestors = model.putObject("pedigree").putArray("ancestors");
      for (BuildFacts.Ancestor ancestor : facts.models()) {
        ObjectNode one = ancestors.addObject();
        one.put("type", "machine-learning-model");
        one.setAll(ancestor(ancestor));
      }
    }
    ObjectNode card = model.putObject("modelCard");
    ObjectNode parameters = card.putObject("modelParameters");
    parameters.putObject("approach").put("type", "supervised");
    parameters.put("task", facts.task());
    facts.architecture().ifPresent(a -> parameters.put("modelArchitecture", a));
    ArrayNode datasets = JSON.arrayNode();
    facts.datasets().stream()
        .filter(BuildFacts.Data::training)
        .forEach(data -> datasets.addObject().put("ref", "data:" + data.name()));
    if (!datasets.isEmpty()) {
      parameters.set("datasets", datasets);
    }
    parameters.putArray("inputs").addObject().put("format", "text");
    parameters.putArray("outputs").addObject().put("format", "text");
    if (!facts.metrics().isEmpty()) {
      ArrayNode metrics = card.putObject("quantitativeAnalysis").putArray("performanceMetrics");
      facts
          .metrics()
          .forEach(
              metric ->
                  metrics
                      .addObject()
                      .put("type", metric.type())
                      .put("value", metric.value())
                      .put("slice", metric.slice()));
    }
    return model;
  }

  private static ObjectNode ancestor(BuildFacts.Ancestor ancestor) {
    ObjectNode one = JSON.objectNode();
    int slash = ancestor.repository().indexOf('/');
    if (slash > 0) {
      one.put("group", ancestor.repository().substring(0, slash));
    }
    one.put("name", ancestor.repository().substring(slash + 1));
    ancestor.commit().ifPresent(commit -> one.put("version", commit));
    ancestor.license().ifPresent(terms -> one.set("licenses", licenses(terms)));
    one.put("purl", purl(ancestor.repository(), ancestor.commit()));
    return one;
  }

  private static ObjectNode data(BuildFacts.Data data) {
    ObjectNode component = JSON.objectNode();
    component.put("type", "data");
    component.put("bom-ref", "data:" + data.name());
    component.put("name", data.source());
    data.commit().ifPresent(commit -> component.put("version", commit));
    data.sha256()
        .ifPresent(
            hash ->
                component
                    .putArray("hashes")
                    .addObject()
                    .put("alg", "SHA-256")
                    .put("content", hash));
    data.license().ifPresent(terms -> component.set("licenses", licenses(terms)));
    component.putArray("data").addObject().put("type", "dataset").put("name", data.name());
    return component;
  }

  private static ArrayNode licenses(BuildFacts.Terms terms) {
    ArrayNode licenses = JSON.arrayNode();
    ObjectNode license = licenses.addObject().putObject("license");
    if (terms.spdx().isPresent()) {
      license.put("id", terms.spdx().get());
    } else {
      license.put("name", terms.name());
    }
    terms
        .url()
        .filter(address -> address.contains("://"))
        .ifPresent(address -> license.put("url", address));
    return licenses;
  }

  /** Package URL of a repository of the Hub. */
  static String purl(String repository, Optional<String> commit) {
    return "pkg:huggingface/"
        + repository
        + commit.map(c -> "@" + c.toLowerCase(Locale.ROOT)).orElse("");
  }
}

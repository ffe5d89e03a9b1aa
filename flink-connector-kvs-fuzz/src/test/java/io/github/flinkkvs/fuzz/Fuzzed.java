/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test that Jazzer feeds with bytes: with the kept corpus, and in {@code mvn verify
 * -Dfuzz.seconds=N} with mutations of it. It is skipped where Jazzer has no native library.
 *
 * <p>One per class, because Jazzer fuzzes only one test in a JVM.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@EnabledOnOs(
        value = {OS.LINUX, OS.MAC, OS.WINDOWS},
        architectures = {"amd64", "x86_64", "aarch64"},
        disabledReason = "Jazzer has no native library for this machine")
@DisabledOnOs(
        value = {OS.LINUX, OS.WINDOWS},
        architectures = "aarch64",
        disabledReason = "Jazzer has no native library for this machine")
@DictionaryFile(resourcePath = "/io/github/flinkkvs/fuzz/dictionary")
@FuzzTest(maxDuration = "")
public @interface Fuzzed {}

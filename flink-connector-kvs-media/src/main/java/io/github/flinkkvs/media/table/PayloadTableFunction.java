/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.annotation.Internal;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.types.Row;

/** A function that returns rows for a payload. */
@Internal
public abstract class PayloadTableFunction extends TableFunction<Row> {

    private static final long serialVersionUID = 1L;

    private final String name;

    transient Payloads payloads;

    PayloadTableFunction(String name) {
        this.name = name;
    }

    @Override
    public void open(FunctionContext context) throws Exception {
        payloads = new Payloads(name, context.getMetricGroup());
    }
}

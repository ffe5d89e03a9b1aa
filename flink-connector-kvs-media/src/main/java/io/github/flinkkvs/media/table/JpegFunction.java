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

/**
 * A function that makes JPEGs. Its decoders stay open until it is closed.
 *
 * @param <D> decoder
 */
@Internal
public abstract class JpegFunction<D> extends PayloadFunction {

    private static final long serialVersionUID = 1L;

    transient JpegDecoders<D> jpegs;

    JpegFunction(String name) {
        super(name);
    }

    abstract JpegDecoders<D> openDecoders();

    @Override
    public void open(FunctionContext context) throws Exception {
        super.open(context);
        jpegs = openDecoders();
    }

    /** The cluster has the native libraries; the machine that plans the query may not. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public void close() {
        if (jpegs != null) {
            jpegs.close();
        }
    }
}

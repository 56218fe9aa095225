import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/graphiql/',
  plugins: [react()],
  build: {
    outDir: '../transport/static/graphiql',
    emptyOutDir: true,
    // Monaco, the editor, is some megabytes however it is cut, and comes from the same machine.
    chunkSizeWarningLimit: 5000,
    // GraphiQL's modules say "use no memo" to React's compiler, which has run over them already.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});

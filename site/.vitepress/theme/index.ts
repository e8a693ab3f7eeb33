import DefaultTheme from 'vitepress/theme';
import { keepApplication } from './application.ts';
import { useExampleLanguage } from './example-language.ts';
import './style.css';

export default { extends: DefaultTheme, enhanceApp: keepApplication, setup: useExampleLanguage };
